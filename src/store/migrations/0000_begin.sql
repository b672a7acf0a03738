CREATE TABLE "agents" (
	"id" text PRIMARY KEY NOT NULL,
	"organization" text NOT NULL,
	"name" text NOT NULL,
	"provider" text NOT NULL,
	"settings" text NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	CONSTRAINT "agents_tenant" UNIQUE("organization","id")
);
--> statement-breakpoint
CREATE TABLE "calls" (
	"id" text PRIMARY KEY NOT NULL,
	"organization" text NOT NULL,
	"direction" text NOT NULL,
	"carrier" text NOT NULL,
	"connection" text NOT NULL,
	"from" text NOT NULL,
	"to" text NOT NULL,
	"agent" text NOT NULL,
	"variables" json NOT NULL,
	"metadata" json NOT NULL,
	"ring_timeout" integer NOT NULL,
	"max_duration" integer NOT NULL,
	"machine_detection" boolean NOT NULL,
	"voicemail_message" text,
	"record" boolean NOT NULL,
	"created_at" bigint NOT NULL,
	"ref" text,
	"status" text NOT NULL,
	"end_reason" text,
	"cause" text,
	"answered_by" text,
	"started_at" bigint,
	"answered_at" bigint,
	"ended_at" bigint,
	"recording" text,
	"cost" json,
	"owner" text,
	CONSTRAINT "calls_tenant" UNIQUE("organization","id"),
	CONSTRAINT "calls_ref" UNIQUE("connection","ref")
);
--> statement-breakpoint
CREATE TABLE "connections" (
	"id" text PRIMARY KEY NOT NULL,
	"organization" text NOT NULL,
	"kind" text NOT NULL,
	"provider" text NOT NULL,
	"name" text NOT NULL,
	"settings" text NOT NULL,
	"account" text,
	"is_default" boolean NOT NULL,
	"source" text NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	CONSTRAINT "connections_tenant" UNIQUE("organization","id"),
	CONSTRAINT "connections_name" UNIQUE("organization","kind","provider","name")
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"id" text PRIMARY KEY NOT NULL,
	"subscription" text NOT NULL,
	"organization" text NOT NULL,
	"position" bigint NOT NULL,
	"body" text NOT NULL,
	"attempts" integer NOT NULL,
	"status" text NOT NULL,
	"next_at" bigint NOT NULL,
	"last_status" integer,
	"last_error" text,
	"created_at" bigint NOT NULL,
	CONSTRAINT "deliveries_position" UNIQUE("subscription","position")
);
--> statement-breakpoint
CREATE TABLE "events" (
	"position" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "events_position_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"organization" text NOT NULL,
	"call" text NOT NULL,
	"sequence" integer NOT NULL,
	"at" bigint NOT NULL,
	"event" json NOT NULL,
	CONSTRAINT "events_sequence" UNIQUE("call","sequence")
);
--> statement-breakpoint
CREATE TABLE "keys" (
	"id" text PRIMARY KEY NOT NULL,
	"organization" text NOT NULL,
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"hash" text NOT NULL,
	"scopes" json NOT NULL,
	"created_at" bigint NOT NULL,
	"last_used_at" bigint,
	"revoked_at" bigint,
	CONSTRAINT "keys_hash" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"id" text NOT NULL,
	"organization" text NOT NULL,
	"call" text NOT NULL,
	"position" bigint NOT NULL,
	"role" text NOT NULL,
	"text" text NOT NULL,
	"at" bigint NOT NULL,
	"interrupted" boolean,
	CONSTRAINT "messages_id" PRIMARY KEY("call","id")
);
--> statement-breakpoint
CREATE TABLE "metrics" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "metrics_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"organization" text NOT NULL,
	"call" text NOT NULL,
	"message" text,
	"source" text NOT NULL,
	"name" text NOT NULL,
	"value" double precision NOT NULL,
	"unit" text,
	"at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "numbers" (
	"id" text PRIMARY KEY NOT NULL,
	"organization" text NOT NULL,
	"connection" text NOT NULL,
	"number" text NOT NULL,
	"display" text NOT NULL,
	"agent" text,
	"label" text,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	CONSTRAINT "numbers_number" UNIQUE("connection","number")
);
--> statement-breakpoint
CREATE TABLE "organizations" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "state" (
	"key" text PRIMARY KEY NOT NULL,
	"value" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "subscriptions" (
	"id" text PRIMARY KEY NOT NULL,
	"organization" text NOT NULL,
	"url" text NOT NULL,
	"secret" text NOT NULL,
	"events" json NOT NULL,
	"enabled" boolean NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "subscriptions_tenant" UNIQUE("organization","id")
);
--> statement-breakpoint
ALTER TABLE "agents" ADD CONSTRAINT "agents_organization_organizations_id_fk" FOREIGN KEY ("organization") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "calls" ADD CONSTRAINT "calls_organization_organizations_id_fk" FOREIGN KEY ("organization") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "connections" ADD CONSTRAINT "connections_organization_organizations_id_fk" FOREIGN KEY ("organization") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_subscription" FOREIGN KEY ("organization","subscription") REFERENCES "public"."subscriptions"("organization","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_call" FOREIGN KEY ("organization","call") REFERENCES "public"."calls"("organization","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "keys" ADD CONSTRAINT "keys_organization_organizations_id_fk" FOREIGN KEY ("organization") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_call" FOREIGN KEY ("organization","call") REFERENCES "public"."calls"("organization","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "metrics" ADD CONSTRAINT "metrics_call" FOREIGN KEY ("organization","call") REFERENCES "public"."calls"("organization","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "numbers" ADD CONSTRAINT "numbers_organization_organizations_id_fk" FOREIGN KEY ("organization") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "numbers" ADD CONSTRAINT "numbers_connection" FOREIGN KEY ("organization","connection") REFERENCES "public"."connections"("organization","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "numbers" ADD CONSTRAINT "numbers_agent" FOREIGN KEY ("organization","agent") REFERENCES "public"."agents"("organization","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_organization_organizations_id_fk" FOREIGN KEY ("organization") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "agents_newest" ON "agents" USING btree ("organization","created_at","id");--> statement-breakpoint
CREATE INDEX "calls_newest" ON "calls" USING btree ("organization","created_at","id");--> statement-breakpoint
CREATE INDEX "calls_status" ON "calls" USING btree ("organization","status","created_at","id");--> statement-breakpoint
CREATE INDEX "calls_agent" ON "calls" USING btree ("organization","agent","created_at","id");--> statement-breakpoint
CREATE INDEX "calls_connection" ON "calls" USING btree ("organization","connection","created_at","id");--> statement-breakpoint
CREATE INDEX "calls_from" ON "calls" USING btree ("organization","from","created_at","id");--> statement-breakpoint
CREATE INDEX "calls_to" ON "calls" USING btree ("organization","to","created_at","id");--> statement-breakpoint
CREATE INDEX "calls_open" ON "calls" USING btree ("created_at") WHERE status in ('queued', 'initiated', 'ringing', 'in-progress');--> statement-breakpoint
CREATE UNIQUE INDEX "connections_account" ON "connections" USING btree ("provider","account") WHERE kind = 'carrier';--> statement-breakpoint
CREATE UNIQUE INDEX "connections_default" ON "connections" USING btree ("organization","kind","provider") WHERE is_default;--> statement-breakpoint
CREATE INDEX "connections_newest" ON "connections" USING btree ("organization","created_at","id");--> statement-breakpoint
CREATE INDEX "deliveries_newest" ON "deliveries" USING btree ("subscription","created_at","id");--> statement-breakpoint
CREATE INDEX "deliveries_due" ON "deliveries" USING btree ("next_at") WHERE status = 'waiting';--> statement-breakpoint
CREATE INDEX "events_stream" ON "events" USING btree ("organization","position");--> statement-breakpoint
CREATE INDEX "keys_newest" ON "keys" USING btree ("organization","created_at","id");--> statement-breakpoint
CREATE INDEX "metrics_of" ON "metrics" USING btree ("call","id");--> statement-breakpoint
CREATE INDEX "numbers_newest" ON "numbers" USING btree ("organization","created_at","id");--> statement-breakpoint
CREATE INDEX "numbers_agent_of" ON "numbers" USING btree ("organization","agent");--> statement-breakpoint
CREATE INDEX "subscriptions_newest" ON "subscriptions" USING btree ("organization","created_at","id");