package outbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
)

// secretPrefix begins a secret, as Standard Webhooks has it.
const secretPrefix = "whsec_"

// The least and most bytes of a secret, and how many a new one has.
const (
	secretBytesMin = 16
	secretBytesMax = 64
	SecretBytes    = 32
)

// NewSecret writes random bytes as a secret.
func NewSecret(random [SecretBytes]byte) string {
	return secretPrefix + base64.StdEncoding.EncodeToString(random[:])
}

// errSecret is returned for what is no secret; it does not quote it.
var errSecret = errors.New("outbox: a secret is whsec_ and the base64 of 16 to 64 bytes")

// ParseSecret gives the key that a secret stands for.
func ParseSecret(secret string) ([]byte, error) {
	text, ok := strings.CutPrefix(secret, secretPrefix)
	key, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(key) < secretBytesMin || len(key) > secretBytesMax {
		return nil, errSecret
	}
	return key, nil
}

// Sign gives the header webhook-signature of Standard Webhooks for a message:
// its id, the time of sending in Unix seconds, and the body.
func Sign(key []byte, id string, at int64, body []byte) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(id + "." + strconv.FormatInt(at, 10) + ".")) // a hash's Write never fails
	h.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil))
}
