package twiliosim

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"regexp"
	"strings"
)

// phone is a number in E.164. Twilio: error dictionary 13223.
var phone = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`)

// isSIP reports whether s is the address of a SIP endpoint as requests write it.
func isSIP(s string) bool {
	rest, ok := strings.CutPrefix(s, "sip:")
	user, host, at := strings.Cut(rest, "@")
	return ok && at && user != "" && host != "" && !strings.ContainsAny(rest, " \t\r\n")
}

// isClient reports whether s is the address of a Twilio client.
func isClient(s string) bool {
	name, ok := strings.CutPrefix(s, "client:")
	return ok && name != ""
}

// stored is the form in which Twilio keeps and shows an address: a SIP address loses its scheme.
func stored(addr string) string { return strings.TrimPrefix(addr, "sip:") }

// formatted is how Twilio shows an address to people: North American numbers by their parts, all else as it is.
func formatted(addr string) string {
	if len(addr) == 12 && strings.HasPrefix(addr, "+1") && phone.MatchString(addr) {
		return "(" + addr[2:5] + ") " + addr[5:8] + "-" + addr[8:]
	}
	return addr
}

// isSID reports whether s is a SID with a two-letter prefix: 34 characters, the last 32 hexadecimal.
func isSID(prefix, s string) bool {
	if len(s) != 34 || s[:2] != prefix {
		return false
	}
	for _, c := range []byte(s[2:]) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}

// newSID draws a new SID.
func newSID(prefix string, from *rand.Rand) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], from.Uint64())
	binary.BigEndian.PutUint64(b[8:], from.Uint64())
	return prefix + hex.EncodeToString(b[:])
}
