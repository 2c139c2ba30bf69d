CREATE TABLE "duel_votes" (
	"duel_id" text NOT NULL,
	"voter" text NOT NULL,
	"choice" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "duel_votes_duel_id_voter_pk" PRIMARY KEY("duel_id","voter"),
	CONSTRAINT "duel_votes_choice" CHECK ("duel_votes"."choice" in ('a', 'b', 'tie'))
);
--> statement-breakpoint
CREATE TABLE "duels" (
	"id" text PRIMARY KEY NOT NULL,
	"request_id" uuid,
	"guild_id" text NOT NULL,
	"joke_a" text NOT NULL,
	"joke_b" text NOT NULL,
	"locale" text NOT NULL,
	"guess" real,
	"channel_id" text,
	"message_id" text,
	"closes_at" timestamp with time zone NOT NULL,
	"closed_at" timestamp with time zone,
	"revealed_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "duels_request_id_unique" UNIQUE("request_id"),
	CONSTRAINT "duels_message_id_unique" UNIQUE("message_id"),
	CONSTRAINT "duels_two_jokes" CHECK ("duels"."joke_a" <> "duels"."joke_b")
);
--> statement-breakpoint
ALTER TABLE "daily_jokes" DROP CONSTRAINT "daily_jokes_guild_id_day_pk";--> statement-breakpoint
ALTER TABLE "daily_jokes" ADD COLUMN "kind" text DEFAULT 'joke' NOT NULL;--> statement-breakpoint
ALTER TABLE "daily_jokes" ADD CONSTRAINT "daily_jokes_guild_id_day_kind_pk" PRIMARY KEY("guild_id","day","kind");--> statement-breakpoint
ALTER TABLE "guild_settings" ADD COLUMN "duel" jsonb;--> statement-breakpoint
ALTER TABLE "duel_votes" ADD CONSTRAINT "duel_votes_duel_id_duels_id_fk" FOREIGN KEY ("duel_id") REFERENCES "public"."duels"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "duels" ADD CONSTRAINT "duels_request_id_requests_id_fk" FOREIGN KEY ("request_id") REFERENCES "public"."requests"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "duels" ADD CONSTRAINT "duels_joke_a_jokes_id_fk" FOREIGN KEY ("joke_a") REFERENCES "public"."jokes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "duels" ADD CONSTRAINT "duels_joke_b_jokes_id_fk" FOREIGN KEY ("joke_b") REFERENCES "public"."jokes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "duel_votes_voter" ON "duel_votes" USING btree ("voter");--> statement-breakpoint
CREATE INDEX "duels_joke_a" ON "duels" USING btree ("joke_a");--> statement-breakpoint
CREATE INDEX "duels_joke_b" ON "duels" USING btree ("joke_b");--> statement-breakpoint
CREATE INDEX "duels_unrevealed" ON "duels" USING btree ("closes_at") WHERE revealed_at is null;