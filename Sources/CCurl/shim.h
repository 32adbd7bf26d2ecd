#pragma once
#include <curl/curl.h>

// curl sets its options with variadic functions, which Swift can't call.

static inline CURLcode kedge_curl_set_number(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode kedge_curl_set_text(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}

/// The bytes stay the caller's until the transfer is over.
static inline CURLcode kedge_curl_set_body(CURL *handle, const void *bytes, size_t count) {
  CURLcode code = curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
  return code ? code : curl_easy_setopt(handle, CURLOPT_POSTFIELDS, (const char *)bytes);
}

static inline CURLcode kedge_curl_set_headers(CURL *handle, struct curl_slist *headers) {
  return curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
}

/// Reads the answer's body and keeps nothing of it; curl would print it.
static inline size_t kedge_curl_discard(char *bytes, size_t size, size_t count, void *context) {
  (void)bytes;
  (void)context;
  return size * count;
}

static inline CURLcode kedge_curl_discard_body(CURL *handle) {
  return curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, kedge_curl_discard);
}

static inline long kedge_curl_status(CURL *handle) {
  long status = 0;
  return curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK ? status : 0;
}

/// Seconds that the server asks to wait; 0 if it doesn't.
static inline long kedge_curl_retry_after(CURL *handle) {
  curl_off_t seconds = 0;
  return curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK ? (long)seconds : 0;
}

typedef size_t (*kedge_curl_receiver)(char *bytes, size_t size, size_t count, void *context);
typedef int (*kedge_curl_watcher)(
    void *context, curl_off_t toReceive, curl_off_t received, curl_off_t toSend, curl_off_t sent);

static inline CURLcode kedge_curl_on_body(CURL *handle, kedge_curl_receiver receiver, void *context) {
  CURLcode code = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, receiver);
  return code ? code : curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
}

static inline CURLcode kedge_curl_on_header(CURL *handle, kedge_curl_receiver receiver, void *context) {
  CURLcode code = curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, receiver);
  return code ? code : curl_easy_setopt(handle, CURLOPT_HEADERDATA, context);
}

/// Asked about once a second, and oftener while bytes move; another answer than 0 ends the transfer.
static inline CURLcode kedge_curl_on_progress(CURL *handle, kedge_curl_watcher watcher, void *context) {
  CURLcode code = curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, watcher);
  code = code ? code : curl_easy_setopt(handle, CURLOPT_XFERINFODATA, context);
  return code ? code : curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
}
