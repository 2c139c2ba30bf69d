CREATE TABLE "handled_interactions" (
	"interaction_id" text PRIMARY KEY NOT NULL,
	"application_id" text NOT NULL,
	"interaction_token" text NOT NULL,
	"owner" uuid NOT NULL,
	"locale" text NOT NULL,
	"deadline" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "token_leases" (
	"token" text PRIMARY KEY NOT NULL,
	"owner" uuid NOT NULL,
	"until" timestamp with time zone NOT NULL
);
