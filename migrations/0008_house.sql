ALTER TABLE "jokes" ALTER COLUMN "tokens" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "jokes" ALTER COLUMN "ending" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "jokes" ALTER COLUMN "model_version_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "jokes" ALTER COLUMN "precision" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "jokes" ALTER COLUMN "provider" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "jokes" ALTER COLUMN "runtime_version" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "jokes" ADD COLUMN "house_id" text;--> statement-breakpoint
CREATE UNIQUE INDEX "jokes_guild_house" ON "jokes" USING btree ("guild_id","house_id");--> statement-breakpoint
ALTER TABLE "jokes" ADD CONSTRAINT "jokes_house_or_model" CHECK (num_nulls("jokes"."model_version_id", "jokes"."tokens", "jokes"."ending", "jokes"."precision", "jokes"."provider", "jokes"."runtime_version") = case when "jokes"."house_id" is null then 0 else 6 end);