CREATE TABLE "blocked_people" (
	"guild_id" text NOT NULL,
	"person" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "blocked_people_guild_id_person_pk" PRIMARY KEY("guild_id","person")
);
--> statement-breakpoint
CREATE INDEX "blocked_people_person" ON "blocked_people" USING btree ("person");