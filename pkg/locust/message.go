package locust

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/tinylib/msgp/msgp"
)

// A message goes between a worker and its master, in either direction.
type message struct {
	kind string
	data []byte // msgpack; nil is none
}

// encode returns m as it goes over the wire, from or to the worker with the node id.
func (m message) encode(node string) []byte {
	b := msgp.AppendArrayHeader(make([]byte, 0, len(m.data)+len(node)+32), 3)
	b = msgp.AppendString(b, m.kind)
	if m.data == nil {
		b = msgp.AppendNil(b)
	}
	return msgp.AppendString(append(b, m.data...), node)
}

// decode reads what encode has written. The node id it leaves out: it is our own.
func decode(b []byte) (message, error) {
	m, err := readMessage(b)
	if err != nil {
		return message{}, fmt.Errorf("not a message of Locust's: %.60q: %w", b, err)
	}
	return m, nil
}

func readMessage(b []byte) (m message, err error) {
	n, b, err := msgp.ReadArrayHeaderBytes(b)
	if err != nil {
		return m, err
	}
	if n != 3 {
		return m, fmt.Errorf("%d parts, not 3", n)
	}
	if m.kind, b, err = msgp.ReadStringBytes(b); err != nil {
		return m, err
	}
	rest, err := msgp.Skip(b)
	if err != nil {
		return m, err
	}
	if !msgp.IsNil(b) {
		m.data = b[:len(b)-len(rest)]
	}
	if rest, err = msgp.Skip(rest); err != nil {
		return m, err
	}
	if len(rest) > 0 {
		return m, fmt.Errorf("%d bytes too many", len(rest))
	}
	return m, nil
}

// userCounts are the users of each class of the locustfile. What a class does, the worker does not know: it adds them up,
// and names them to the master as the master did.
type userCounts map[string]int

func (u userCounts) total() (n int) {
	for _, users := range u {
		n += users
	}
	return n
}

// append adds the two entries of a map that say how many users there are.
func (u userCounts) append(b []byte) []byte {
	b = msgp.AppendString(b, "user_classes_count")
	b = msgp.AppendMapHeader(b, uint32(len(u)))
	for _, class := range sortedKeys(u) {
		b = msgp.AppendInt(msgp.AppendString(b, class), u[class])
	}
	return msgp.AppendInt(msgp.AppendString(b, "user_count"), u.total())
}

// A spawn is the master's word on how many users this worker is to have from now on.
type spawn struct {
	timestamp   float64 // the master's clock, Unix seconds
	users       userCounts
	stopTimeout time.Duration
}

func readSpawn(b []byte) (s spawn, err error) {
	given := make(map[string]bool)
	err = readMap(b, func(key string, b []byte) (rest []byte, err error) {
		given[key] = true
		switch key {
		case "timestamp":
			s.timestamp, rest, err = readNumber(b)
		case "user_classes_count":
			s.users = make(userCounts)
			rest, err = readEntries(b, func(class string, b []byte) ([]byte, error) {
				n, rest, err := readNumber(b)
				if err == nil && (n > math.MaxInt32 || n != math.Trunc(n)) {
					err = fmt.Errorf("%v users", n)
				}
				s.users[class] = int(n)
				return rest, err
			})
		case "stop_timeout":
			if rest, err = msgp.ReadNilBytes(b); err == nil {
				return rest, nil
			}
			var seconds float64
			seconds, rest, err = readNumber(b)
			s.stopTimeout = time.Duration(min(seconds, math.MaxInt32) * float64(time.Second))
		default:
			rest, err = msgp.Skip(b)
		}
		return rest, err
	})
	if err == nil && !(given["timestamp"] && given["user_classes_count"]) {
		err = errors.New("timestamp or user_classes_count is missing")
	}
	if err == nil && s.users.total() > math.MaxInt32 {
		err = fmt.Errorf("%d users", s.users.total())
	}
	return s, err
}

// readIndex returns the worker's index, which masters up to 2.10.2 do not give: then it is -1.
func readIndex(b []byte) (index int, err error) {
	index = -1
	if b == nil {
		return index, nil
	}
	err = readMap(b, func(key string, b []byte) ([]byte, error) {
		if key != "index" {
			return msgp.Skip(b)
		}
		var rest []byte
		var err error
		index, rest, err = msgp.ReadIntBytes(b)
		if err == nil && index < 0 {
			err = fmt.Errorf("the index %d", index)
		}
		return rest, err
	})
	return index, err
}

// readMap reads a map that is all of b.
func readMap(b []byte, read func(key string, b []byte) (rest []byte, err error)) error {
	_, err := readEntries(b, read)
	return err
}

// readEntries has read read the value of each entry of the map at the start of b.
func readEntries(b []byte, read func(key string, b []byte) ([]byte, error)) (rest []byte, err error) {
	n, b, err := msgp.ReadMapHeaderBytes(b)
	for ; err == nil && n > 0; n-- {
		var key string
		if key, b, err = msgp.ReadStringBytes(b); err != nil {
			return b, err
		}
		if b, err = read(key, b); err != nil {
			err = fmt.Errorf("%.60q: %w", key, err)
		}
	}
	return b, err
}

// readNumber reads a number that is at least 0, whichever way it is encoded.
func readNumber(b []byte) (n float64, rest []byte, err error) {
	switch msgp.NextType(b) {
	case msgp.Float64Type, msgp.Float32Type:
		n, rest, err = msgp.ReadFloat64Bytes(b)
	default:
		var whole int64
		whole, rest, err = msgp.ReadInt64Bytes(b)
		n = float64(whole)
	}
	if err == nil && !(n >= 0 && n <= math.MaxFloat64) {
		err = fmt.Errorf("the number %v", n)
	}
	return n, rest, err
}

func sortedKeys[K int64 | string | time.Duration, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
