CREATE TABLE "corpus_entries" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"hash" text NOT NULL,
	"text" text NOT NULL,
	"source" text NOT NULL,
	"source_id" text,
	"licence" text NOT NULL,
	"category" text,
	"keywords" text[] NOT NULL,
	"rating" double precision,
	"rating_votes" integer,
	"funny" double precision,
	"flags" text[] NOT NULL,
	"imported_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "corpus_entries_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "daily_jokes" (
	"guild_id" text NOT NULL,
	"day" date NOT NULL,
	"request_id" uuid,
	"claimed_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "daily_jokes_guild_id_day_pk" PRIMARY KEY("guild_id","day")
);
--> statement-breakpoint
CREATE TABLE "guild_settings" (
	"guild_id" text PRIMARY KEY NOT NULL,
	"decoder" jsonb NOT NULL,
	"model_version_id" integer,
	"safe_mode" boolean NOT NULL,
	"cooldown_seconds" integer NOT NULL,
	"daily" jsonb,
	"log_channel_id" text,
	"moderator_role_id" text,
	"learns" boolean NOT NULL,
	"changed_by" text,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "joke_messages" (
	"message_id" text PRIMARY KEY NOT NULL,
	"joke_id" text NOT NULL,
	"channel_id" text NOT NULL,
	"asked_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "jokes" (
	"id" text PRIMARY KEY NOT NULL,
	"request_id" uuid,
	"guild_id" text,
	"text" text NOT NULL,
	"prompt_kind" text NOT NULL,
	"prompt_theme" text,
	"prompt_text" text,
	"user_text" boolean NOT NULL,
	"prompt_tokens" integer[],
	"tokens" integer[] NOT NULL,
	"seed" bigint NOT NULL,
	"settings" jsonb NOT NULL,
	"ending" jsonb NOT NULL,
	"model_version_id" integer NOT NULL,
	"precision" text NOT NULL,
	"provider" text NOT NULL,
	"runtime_version" text NOT NULL,
	"finish" text NOT NULL,
	"trimmed" boolean NOT NULL,
	"prompt_cut" boolean NOT NULL,
	"hidden_at" timestamp with time zone,
	"hidden_by" text,
	"cleared_at" timestamp with time zone,
	"deleted_at" timestamp with time zone,
	"retold_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "jokes_request_id_unique" UNIQUE("request_id")
);
--> statement-breakpoint
CREATE TABLE "model_versions" (
	"id" serial PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"folder" text NOT NULL,
	"sha256" text NOT NULL,
	"files" jsonb NOT NULL,
	"parent_id" integer,
	"base" text NOT NULL,
	"kind" text NOT NULL,
	"metrics" jsonb NOT NULL,
	"status" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"activated_at" timestamp with time zone,
	CONSTRAINT "model_versions_name_unique" UNIQUE("name"),
	CONSTRAINT "model_versions_sha256_unique" UNIQUE("sha256")
);
--> statement-breakpoint
CREATE TABLE "ratings" (
	"joke_id" text NOT NULL,
	"voter" text NOT NULL,
	"score" smallint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "ratings_joke_id_voter_pk" PRIMARY KEY("joke_id","voter"),
	CONSTRAINT "ratings_score_range" CHECK ("ratings"."score" between 1 and 5)
);
--> statement-breakpoint
CREATE TABLE "reports" (
	"joke_id" text NOT NULL,
	"reporter" text NOT NULL,
	"reason" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "reports_joke_id_reporter_pk" PRIMARY KEY("joke_id","reporter")
);
--> statement-breakpoint
CREATE TABLE "requests" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"kind" text NOT NULL,
	"interaction_id" text,
	"application_id" text,
	"interaction_token" text,
	"guild_id" text,
	"channel_id" text NOT NULL,
	"user_id" text,
	"locale" text NOT NULL,
	"theme" text,
	"theme_origin" text,
	"text" text,
	"text_origin" text,
	"parent_joke_id" text,
	"settings" jsonb NOT NULL,
	"seed" bigint NOT NULL,
	"priority" integer NOT NULL,
	"status" text DEFAULT 'queued' NOT NULL,
	"note" text,
	"deadline" timestamp with time zone NOT NULL,
	"model_version_id" integer,
	"first_token_ms" integer,
	"total_ms" integer,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	CONSTRAINT "requests_interaction_id_unique" UNIQUE("interaction_id"),
	CONSTRAINT "requests_theme_has_origin" CHECK (("requests"."theme" is null) or ("requests"."theme_origin" is not null)),
	CONSTRAINT "requests_text_has_origin" CHECK (("requests"."text" is null) or ("requests"."text_origin" is not null))
);
--> statement-breakpoint
CREATE TABLE "settings_changes" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"guild_id" text NOT NULL,
	"changed_by" text,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL,
	"before" jsonb NOT NULL,
	"after" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "training_epochs" (
	"run_id" uuid NOT NULL,
	"epoch" integer NOT NULL,
	"train_loss" double precision NOT NULL,
	"validation_loss" double precision,
	"metrics" jsonb NOT NULL,
	"seconds" real NOT NULL,
	"finished_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "training_epochs_run_id_epoch_pk" PRIMARY KEY("run_id","epoch")
);
--> statement-breakpoint
CREATE TABLE "training_runs" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"base_version_id" integer NOT NULL,
	"version_id" integer,
	"status" text NOT NULL,
	"trigger" text NOT NULL,
	"settings" jsonb NOT NULL,
	"corpus" jsonb NOT NULL,
	"note" text,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "daily_jokes" ADD CONSTRAINT "daily_jokes_request_id_requests_id_fk" FOREIGN KEY ("request_id") REFERENCES "public"."requests"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guild_settings" ADD CONSTRAINT "guild_settings_model_version_id_model_versions_id_fk" FOREIGN KEY ("model_version_id") REFERENCES "public"."model_versions"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "joke_messages" ADD CONSTRAINT "joke_messages_joke_id_jokes_id_fk" FOREIGN KEY ("joke_id") REFERENCES "public"."jokes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "jokes" ADD CONSTRAINT "jokes_request_id_requests_id_fk" FOREIGN KEY ("request_id") REFERENCES "public"."requests"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "jokes" ADD CONSTRAINT "jokes_model_version_id_model_versions_id_fk" FOREIGN KEY ("model_version_id") REFERENCES "public"."model_versions"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_versions" ADD CONSTRAINT "model_versions_parent_id_model_versions_id_fk" FOREIGN KEY ("parent_id") REFERENCES "public"."model_versions"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ratings" ADD CONSTRAINT "ratings_joke_id_jokes_id_fk" FOREIGN KEY ("joke_id") REFERENCES "public"."jokes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_joke_id_jokes_id_fk" FOREIGN KEY ("joke_id") REFERENCES "public"."jokes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "requests" ADD CONSTRAINT "requests_parent_joke_id_jokes_id_fk" FOREIGN KEY ("parent_joke_id") REFERENCES "public"."jokes"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "requests" ADD CONSTRAINT "requests_model_version_id_model_versions_id_fk" FOREIGN KEY ("model_version_id") REFERENCES "public"."model_versions"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "training_epochs" ADD CONSTRAINT "training_epochs_run_id_training_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."training_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "training_runs" ADD CONSTRAINT "training_runs_base_version_id_model_versions_id_fk" FOREIGN KEY ("base_version_id") REFERENCES "public"."model_versions"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "training_runs" ADD CONSTRAINT "training_runs_version_id_model_versions_id_fk" FOREIGN KEY ("version_id") REFERENCES "public"."model_versions"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "corpus_entries_source" ON "corpus_entries" USING btree ("source");--> statement-breakpoint
CREATE INDEX "joke_messages_joke" ON "joke_messages" USING btree ("joke_id");--> statement-breakpoint
CREATE INDEX "joke_messages_asked_by" ON "joke_messages" USING btree ("asked_by");--> statement-breakpoint
CREATE INDEX "jokes_guild_created" ON "jokes" USING btree ("guild_id","created_at");--> statement-breakpoint
CREATE INDEX "jokes_model_version" ON "jokes" USING btree ("model_version_id");--> statement-breakpoint
CREATE UNIQUE INDEX "model_versions_one_active" ON "model_versions" USING btree ("status") WHERE status = 'active';--> statement-breakpoint
CREATE INDEX "ratings_voter" ON "ratings" USING btree ("voter");--> statement-breakpoint
CREATE INDEX "reports_reporter" ON "reports" USING btree ("reporter");--> statement-breakpoint
CREATE INDEX "requests_open" ON "requests" USING btree ("guild_id","user_id") WHERE status in ('queued', 'running');--> statement-breakpoint
CREATE INDEX "requests_user" ON "requests" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "requests_created" ON "requests" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "settings_changes_guild" ON "settings_changes" USING btree ("guild_id","id");