CREATE TABLE "learning_events" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"run_id" uuid NOT NULL,
	"details" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"announced_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "learning_state" (
	"id" smallint PRIMARY KEY DEFAULT 1 NOT NULL,
	"paused" boolean NOT NULL,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "learning_state_one_row" CHECK ("learning_state"."id" = 1)
);
--> statement-breakpoint
ALTER TABLE "training_runs" ALTER COLUMN "corpus" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "model_versions" ADD COLUMN "former_id" integer;--> statement-breakpoint
ALTER TABLE "model_versions" ADD COLUMN "share" real;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "former_id" integer;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "snapshot" jsonb;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "evaluation" jsonb;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "watch" text;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "votes_seen" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "folder" text;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "owner" text;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "lease_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "attempts" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "learning_events" ADD CONSTRAINT "learning_events_run_id_training_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."training_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "learning_events_unannounced" ON "learning_events" USING btree ("id") WHERE announced_at is null;--> statement-breakpoint
ALTER TABLE "model_versions" ADD CONSTRAINT "model_versions_former_id_model_versions_id_fk" FOREIGN KEY ("former_id") REFERENCES "public"."model_versions"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "training_runs" ADD CONSTRAINT "training_runs_former_id_model_versions_id_fk" FOREIGN KEY ("former_id") REFERENCES "public"."model_versions"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "model_versions_one_trial" ON "model_versions" USING btree ("status") WHERE status = 'trial';--> statement-breakpoint
CREATE UNIQUE INDEX "training_runs_one_running" ON "training_runs" USING btree ("status") WHERE status = 'running';--> statement-breakpoint
CREATE INDEX "training_runs_started" ON "training_runs" USING btree ("started_at");--> statement-breakpoint
CREATE INDEX "training_runs_version" ON "training_runs" USING btree ("version_id");