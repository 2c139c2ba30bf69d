ALTER TABLE "joke_messages" ALTER COLUMN "channel_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "requests" ALTER COLUMN "channel_id" DROP NOT NULL;