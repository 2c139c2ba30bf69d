CREATE TABLE "joke_embeddings" (
	"joke_id" text NOT NULL,
	"model_version_id" integer NOT NULL,
	"embedding" real[] NOT NULL,
	CONSTRAINT "joke_embeddings_joke_id_model_version_id_pk" PRIMARY KEY("joke_id","model_version_id")
);
--> statement-breakpoint
CREATE TABLE "judge_bases" (
	"model_version_id" integer PRIMARY KEY NOT NULL,
	"basis" jsonb NOT NULL,
	"variances" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "joke_embeddings" ADD CONSTRAINT "joke_embeddings_joke_id_jokes_id_fk" FOREIGN KEY ("joke_id") REFERENCES "public"."jokes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "joke_embeddings" ADD CONSTRAINT "joke_embeddings_model_version_id_model_versions_id_fk" FOREIGN KEY ("model_version_id") REFERENCES "public"."model_versions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "judge_bases" ADD CONSTRAINT "judge_bases_model_version_id_model_versions_id_fk" FOREIGN KEY ("model_version_id") REFERENCES "public"."model_versions"("id") ON DELETE cascade ON UPDATE no action;