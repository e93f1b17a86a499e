package webhook

import "strconv"

// A Judge reads answers fast where they repeat: it remembers those it has seen,
// and of the kinds of conversations their documents. It is not safe for
// concurrent use.
type Judge struct {
	kind Kind
	seen map[string]*Reading
	size int // bytes of the answers seen
	key  []byte
}

// What is worth remembering. Thousands of connections have a Judge each.
const (
	maxSeen       = 64       // answers
	maxSeenSize   = 16 << 10 // bytes, all together
	maxSeenAnswer = 4 << 10  // bytes
)

// NewJudge returns a Judge for answers to webhooks of this kind.
func NewJudge(kind Kind) *Judge {
	return &Judge{kind: kind, seen: make(map[string]*Reading)}
}

// Read returns the verdict on an answer, and the document if the kind is a
// conversation. tollFree says that replies go from a toll-free number to the US
// or Canada, as a template knows.
//
// Where Twilio documents nothing, the verdict is lenient: an empty answer to a
// message is accepted.
func (j *Judge) Read(a Answer, tollFree bool) Reading { return *j.find(&a, tollFree) }

// find returns a reading that is not to be changed.
func (j *Judge) find(a *Answer, tollFree bool) *Reading {
	if len(a.Body) > maxSeenAnswer {
		return j.read(*a, tollFree)
	}
	j.key = appendKey(j.key[:0], a, tollFree)
	if r, ok := j.seen[string(j.key)]; ok {
		return r
	}
	r := j.read(*a, tollFree)
	if len(j.seen) >= maxSeen || j.size+len(j.key) > maxSeenSize {
		clear(j.seen)
		j.size = 0
	}
	j.size += len(j.key)
	j.seen[string(j.key)] = r
	return r
}

func (j *Judge) read(a Answer, tollFree bool) *Reading {
	r := j.kind.read(a, tollFree)
	if !j.kind.IsConversation() {
		r.Document = nil
	}
	return &r
}

// appendKey appends all that a verdict depends on. A header holds no line feed.
func appendKey(key []byte, a *Answer, tollFree bool) []byte {
	key = strconv.AppendInt(key, int64(a.Status), 10)
	key = strconv.AppendBool(key, a.Chunked)
	key = strconv.AppendBool(key, tollFree)
	key = strconv.AppendBool(key, a.ContentType != nil)
	key = append(append(key, a.ContentType...), '\n')
	return append(key, a.Body...)
}
