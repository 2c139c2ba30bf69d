CREATE TABLE "guilds" (
	"application_id" text NOT NULL,
	"guild_id" text NOT NULL,
	"left_at" timestamp with time zone,
	CONSTRAINT "guilds_application_id_guild_id_pk" PRIMARY KEY("application_id","guild_id")
);
--> statement-breakpoint
ALTER TABLE "duels" ADD COLUMN "daily" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "generators" ADD COLUMN "report" jsonb;--> statement-breakpoint
ALTER TABLE "token_leases" ADD COLUMN "bot" text;--> statement-breakpoint
ALTER TABLE "token_leases" ADD COLUMN "first_shard" integer;--> statement-breakpoint
ALTER TABLE "token_leases" ADD COLUMN "last_shard" integer;--> statement-breakpoint
ALTER TABLE "token_leases" ADD COLUMN "shard_count" integer;--> statement-breakpoint
CREATE INDEX "guilds_guild" ON "guilds" USING btree ("guild_id");