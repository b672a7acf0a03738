ALTER TABLE "connections" ADD COLUMN "set_up" json;--> statement-breakpoint
ALTER TABLE "numbers" ADD COLUMN "pointed" boolean;