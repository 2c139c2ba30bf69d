ALTER TABLE "guild_settings" ADD COLUMN "adventure" text DEFAULT 'balanced' NOT NULL;--> statement-breakpoint
ALTER TABLE "jokes" ADD COLUMN "considered" jsonb;--> statement-breakpoint
ALTER TABLE "jokes" ADD COLUMN "predicted" real;--> statement-breakpoint
ALTER TABLE "requests" ADD COLUMN "exact_seed" boolean DEFAULT false NOT NULL;