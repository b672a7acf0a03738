ALTER TABLE "calls" ADD COLUMN "waiting" boolean;--> statement-breakpoint
CREATE INDEX "calls_waiting" ON "calls" USING btree ("connection") WHERE waiting;