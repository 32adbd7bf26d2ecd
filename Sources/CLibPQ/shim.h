#pragma once
#include <libpq-fe.h>

// libpq names an error's fields by character macros, which Swift's importer leaves out.
static const int kedge_diag_severity = PG_DIAG_SEVERITY_NONLOCALIZED;
static const int kedge_diag_sqlstate = PG_DIAG_SQLSTATE;
static const int kedge_diag_message = PG_DIAG_MESSAGE_PRIMARY;
static const int kedge_diag_detail = PG_DIAG_MESSAGE_DETAIL;
static const int kedge_diag_hint = PG_DIAG_MESSAGE_HINT;
static const int kedge_diag_position = PG_DIAG_STATEMENT_POSITION;
static const int kedge_diag_context = PG_DIAG_CONTEXT;
static const int kedge_diag_schema = PG_DIAG_SCHEMA_NAME;
static const int kedge_diag_table = PG_DIAG_TABLE_NAME;
static const int kedge_diag_column = PG_DIAG_COLUMN_NAME;
static const int kedge_diag_constraint = PG_DIAG_CONSTRAINT_NAME;
