CREATE TABLE "sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"organization" text NOT NULL,
	"hash" text NOT NULL,
	"user" text,
	"key" text,
	"created_at" bigint NOT NULL,
	"seen_at" bigint NOT NULL,
	CONSTRAINT "sessions_hash" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"organization" text PRIMARY KEY NOT NULL,
	"value" json NOT NULL,
	"updated_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" text PRIMARY KEY NOT NULL,
	"organization" text NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"password" text,
	"created_at" bigint NOT NULL,
	"last_seen_at" bigint,
	CONSTRAINT "users_tenant" UNIQUE("organization","id"),
	CONSTRAINT "users_email" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "wire" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "wire_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"organization" text NOT NULL,
	"call" text NOT NULL,
	"at" bigint NOT NULL,
	"direction" text NOT NULL,
	"channel" text NOT NULL,
	"title" text NOT NULL,
	"body" text NOT NULL,
	"bytes" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "wire_tallies" (
	"call" text PRIMARY KEY NOT NULL,
	"organization" text NOT NULL,
	"frames_in" bigint NOT NULL,
	"bytes_in" bigint NOT NULL,
	"frames_out" bigint NOT NULL,
	"bytes_out" bigint NOT NULL,
	"unlisted" integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE "calls" ADD COLUMN "transcript_removed_at" bigint;--> statement-breakpoint
ALTER TABLE "calls" ADD COLUMN "redacted_at" bigint;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_organization_organizations_id_fk" FOREIGN KEY ("organization") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_key_keys_id_fk" FOREIGN KEY ("key") REFERENCES "public"."keys"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user" FOREIGN KEY ("organization","user") REFERENCES "public"."users"("organization","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settings" ADD CONSTRAINT "settings_organization_organizations_id_fk" FOREIGN KEY ("organization") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_organization_organizations_id_fk" FOREIGN KEY ("organization") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "wire" ADD CONSTRAINT "wire_call" FOREIGN KEY ("organization","call") REFERENCES "public"."calls"("organization","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "wire_tallies" ADD CONSTRAINT "wire_tallies_call" FOREIGN KEY ("organization","call") REFERENCES "public"."calls"("organization","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "sessions_seen" ON "sessions" USING btree ("seen_at");--> statement-breakpoint
CREATE INDEX "sessions_user_of" ON "sessions" USING btree ("user");--> statement-breakpoint
CREATE INDEX "sessions_key_of" ON "sessions" USING btree ("key");--> statement-breakpoint
CREATE INDEX "users_newest" ON "users" USING btree ("organization","created_at","id");--> statement-breakpoint
CREATE INDEX "wire_of" ON "wire" USING btree ("call","id");--> statement-breakpoint
CREATE INDEX "wire_age" ON "wire" USING btree ("organization","at");--> statement-breakpoint
CREATE INDEX "calls_carrier" ON "calls" USING btree ("organization","carrier","created_at","id");--> statement-breakpoint
CREATE INDEX "calls_recorded" ON "calls" USING btree ("organization","created_at") WHERE recording is not null;--> statement-breakpoint
CREATE INDEX "calls_worded" ON "calls" USING btree ("organization","created_at") WHERE transcript_removed_at is null;--> statement-breakpoint
CREATE INDEX "deliveries_age" ON "deliveries" USING btree ("organization","created_at");