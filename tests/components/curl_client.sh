#!/bin/sh
# A whole tus client of curl and a shell: sends a file piece by piece, and goes on from wherever it stands.
# Usage: curl_client.sh ENDPOINT COOKIE FILE PIECE_BYTES [ADDRESS [MOST_PIECES]]   or   … terminate ADDRESS
# Says the address of the upload in its first line, then the offset after each piece.
set -eu
endpoint=$1 cookie=$2 file=$3 piece=$4 address=${5:-} most=${6:-1000000}

ask() { curl --silent --show-error --fail --cookie "$cookie" --header "Tus-Resumable: 1.0.0" "$@"; }
said() { tr -d '\r' | sed -n "s/^$1: *//Ip"; }

if [ "$file" = terminate ]; then
    ask --request DELETE "$piece"
    exit
fi
size=$(wc -c < "$file")
if [ -z "$address" ]; then
    name=$(basename "$file" | tr -d '\n' | base64 -w 0)
    address=$(ask --include --request POST --header "Upload-Length: $size" --header "Upload-Metadata: filename $name" \
        "$endpoint" | said Location)
    case $address in /*) address=${endpoint%/uploads}$address ;; esac
fi
echo "$address"
offset=$(ask --head "$address" | said Upload-Offset)
while [ "$offset" -lt "$size" ] && [ "$most" -gt 0 ]; do
    offset=$(tail -c "+$((offset + 1))" "$file" | head -c "$piece" | ask --include --request PATCH \
        --header "Content-Type: application/offset+octet-stream" --header "Upload-Offset: $offset" \
        --data-binary @- "$address" | said Upload-Offset)
    most=$((most - 1))
    echo "$offset"
done
