ALTER TABLE "daily_jokes" DROP CONSTRAINT "daily_jokes_request_id_requests_id_fk";
--> statement-breakpoint
ALTER TABLE "daily_jokes" DROP COLUMN "request_id";