// OpenSSL libcrypto edge: message digests.
#ifndef LETTERPRESS_CCRYPTO_H
#define LETTERPRESS_CCRYPTO_H
#include <openssl/evp.h>
#include <openssl/crypto.h>
#endif
