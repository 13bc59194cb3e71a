#!/usr/bin/env bash
# Makes a local authority and a certificate for localhost, for development only.
#
#   certs/make-dev-cert.sh [NAME…]     further DNS names or IP addresses for the certificate
#
# Writes ca.crt, ca.key, server.crt and server.key beside this script; git ignores them all. An
# authority that is there already is used again, so that it has to be trusted only once.
set -euo pipefail
cd "$(dirname "$0")"
umask 077

names="DNS:localhost,IP:127.0.0.1,IP:::1"
for name in "$@"; do
  case $name in
    *[!0-9.]*) if [[ $name == *:* ]]; then names+=",IP:$name"; else names+=",DNS:$name"; fi ;;
    *) names+=",IP:$name" ;;
  esac
done

if [ ! -e ca.key ] || [ ! -e ca.crt ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
    -subj "/CN=Ringback development authority" \
    -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign" \
    -keyout ca.key -out ca.crt 2>/dev/null
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=localhost" \
  -keyout "$work/server.key" -out "$work/server.csr" 2>/dev/null
printf '%s\n' "basicConstraints=critical,CA:FALSE" "keyUsage=critical,digitalSignature" \
  "extendedKeyUsage=serverAuth" "subjectAltName=$names" >"$work/extensions"
# 397 days is the longest that browsers accept.
openssl x509 -req -in "$work/server.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -CAserial "$work/serial" \
  -days 397 -extfile "$work/extensions" -out "$work/server.crt" 2>/dev/null
cat "$work/server.crt" ca.crt >server.crt
mv "$work/server.key" server.key
chmod 644 ca.crt server.crt

echo "certs/server.crt is for $names"
echo "trust certs/ca.crt in your browser or with: curl --cacert certs/ca.crt https://localhost:8443/healthz"
