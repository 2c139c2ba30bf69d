CREATE TABLE "guild_voices" (
	"id" uuid PRIMARY KEY NOT NULL,
	"guild_id" text NOT NULL,
	"base_version_id" integer NOT NULL,
	"folder" text NOT NULL,
	"sha256" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"retired_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "guild_settings" ADD COLUMN "voice" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "jokes" ADD COLUMN "voice_id" uuid;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "guild_id" text;--> statement-breakpoint
ALTER TABLE "guild_voices" ADD CONSTRAINT "guild_voices_id_training_runs_id_fk" FOREIGN KEY ("id") REFERENCES "public"."training_runs"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guild_voices" ADD CONSTRAINT "guild_voices_base_version_id_model_versions_id_fk" FOREIGN KEY ("base_version_id") REFERENCES "public"."model_versions"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "guild_voices_guild" ON "guild_voices" USING btree ("guild_id","base_version_id");--> statement-breakpoint
ALTER TABLE "jokes" ADD CONSTRAINT "jokes_voice_id_guild_voices_id_fk" FOREIGN KEY ("voice_id") REFERENCES "public"."guild_voices"("id") ON DELETE restrict ON UPDATE no action;