-- The four tables, as the mapping set declares them: `kedge schema --diff` finds nothing to add.
-- kedge: up
CREATE TABLE "public"."users" (
  "id" uuid NOT NULL,
  "email" text NOT NULL UNIQUE,
  "password_hash" text NOT NULL,
  "display_name" text,
  "role" text NOT NULL,
  "is_whitelisted" boolean NOT NULL,
  "last_login_at" timestamptz,
  "created_at" timestamptz NOT NULL,
  "updated_at" timestamptz NOT NULL,
  PRIMARY KEY ("id")
);

CREATE TABLE "public"."images" (
  "id" uuid NOT NULL,
  "user_id" uuid NOT NULL,
  "kind" text NOT NULL,
  "blob_key" text NOT NULL UNIQUE,
  "blob_url" text NOT NULL,
  "file_name" text,
  "file_size" bigint NOT NULL,
  "mime_type" text NOT NULL,
  "width" integer,
  "height" integer,
  "status" text NOT NULL,
  "created_at" timestamptz NOT NULL,
  "updated_at" timestamptz NOT NULL,
  PRIMARY KEY ("id"),
  CONSTRAINT "images_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "public"."users" ("id") ON DELETE CASCADE
);

CREATE TABLE "public"."workflow_configs" (
  "id" text COLLATE "C" NOT NULL,
  "name" text NOT NULL,
  "description" text,
  "endpoint" text NOT NULL,
  "default_parameters" jsonb NOT NULL,
  "enabled" boolean NOT NULL,
  "created_at" timestamptz NOT NULL,
  "updated_at" timestamptz NOT NULL,
  PRIMARY KEY ("id")
);

CREATE TABLE "public"."processing_jobs" (
  "id" uuid NOT NULL,
  "user_id" uuid NOT NULL,
  "workflow_name" text NOT NULL,
  "parameters" jsonb NOT NULL,
  "external_job_id" text UNIQUE,
  "status" text NOT NULL,
  "original_image_id" uuid NOT NULL,
  "result_image_id" uuid,
  "error" text,
  "started_at" timestamptz,
  "completed_at" timestamptz,
  "created_at" timestamptz NOT NULL,
  "updated_at" timestamptz NOT NULL,
  PRIMARY KEY ("id"),
  CONSTRAINT "processing_jobs_user_id_fkey"
    FOREIGN KEY ("user_id") REFERENCES "public"."users" ("id") ON DELETE CASCADE,
  -- A workflow with a history can be disabled, but not taken away.
  CONSTRAINT "processing_jobs_workflow_name_fkey"
    FOREIGN KEY ("workflow_name") REFERENCES "public"."workflow_configs" ("id") ON DELETE RESTRICT,
  -- Without its original a job says nothing; without its result it still says what was asked.
  CONSTRAINT "processing_jobs_original_image_id_fkey"
    FOREIGN KEY ("original_image_id") REFERENCES "public"."images" ("id") ON DELETE CASCADE,
  CONSTRAINT "processing_jobs_result_image_id_fkey"
    FOREIGN KEY ("result_image_id") REFERENCES "public"."images" ("id") ON DELETE SET NULL
);

-- Cascades look for the rows that refer.
CREATE INDEX "images_user_id_idx" ON "public"."images" ("user_id");
CREATE INDEX "processing_jobs_user_id_idx" ON "public"."processing_jobs" ("user_id");
CREATE INDEX "processing_jobs_workflow_name_idx" ON "public"."processing_jobs" ("workflow_name");
CREATE INDEX "processing_jobs_original_image_id_idx" ON "public"."processing_jobs" ("original_image_id");
CREATE INDEX "processing_jobs_result_image_id_idx" ON "public"."processing_jobs" ("result_image_id");

-- kedge: down
DROP TABLE "public"."processing_jobs";
DROP TABLE "public"."workflow_configs";
DROP TABLE "public"."images";
DROP TABLE "public"."users";
