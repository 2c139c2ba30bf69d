CREATE TABLE "generators" (
	"id" uuid PRIMARY KEY NOT NULL,
	"alive_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "joke_messages" ADD COLUMN "request_id" uuid;--> statement-breakpoint
ALTER TABLE "requests" ADD COLUMN "new_only" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "joke_messages" ADD CONSTRAINT "joke_messages_request_id_requests_id_fk" FOREIGN KEY ("request_id") REFERENCES "public"."requests"("id") ON DELETE set null ON UPDATE no action;