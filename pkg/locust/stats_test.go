package locust

import (
	"reflect"
	"testing"
	"time"
)

// The names and types are those of StatsEntryDict and StatsErrorDict in locust/stats.py.
func TestStatsAsLocustHasThem(t *testing.T) {
	last := time.Unix(1700000002, 250e6)
	stats := Stats{
		Entries: []Entry{
			{
				Name: "/sms", Method: "SMS", Requests: 5, Failures: 2, ContentLength: 700,
				Times:     map[time.Duration]int64{1230 * time.Microsecond: 3, 40 * time.Millisecond: 1},
				TotalTime: 43700 * time.Microsecond, Min: 1229 * time.Microsecond, Max: 40012 * time.Microsecond,
				PerSecond: map[int64]Second{1700000001: {2, 0}, 1700000002: {3, 2}}, Last: last,
			},
			{
				Name: "/status", Method: "callback", Requests: 1, ContentLength: 1,
				Times:     map[time.Duration]int64{1230 * time.Microsecond: 1},
				TotalTime: 1225 * time.Microsecond, Min: 1225 * time.Microsecond, Max: 1225 * time.Microsecond,
				PerSecond: map[int64]Second{1700000002: {1, 0}}, Last: last.Add(-time.Second),
			},
			{Name: "/none", Method: "SMS"},
		},
		Errors: []Error{
			{Name: "/sms", Method: "SMS", Error: "12100 document unreadable", Occurrences: 1, First: last, Last: last},
			{Name: "/sms", Method: "SMS", Error: "11200 time-out", Occurrences: 1},
		},
		Extra: []byte(`{"segments": 5}`),
	}
	s := &session{users: userCounts{"Load": 3, "Other": 4}}
	m := s.stats(stats, time.Unix(1700000000, 0))
	if m.kind != "stats" {
		t.Errorf("the message is a %s", m.kind)
	}

	type dict = map[any]any
	want := dict{
		"stats": []any{
			dict{
				"name": "/sms", "method": "SMS", "last_request_timestamp": 1700000002.25, "start_time": 1.7e9,
				"num_requests": int64(5), "num_none_requests": int64(1), "num_failures": int64(2),
				"total_response_time": 43.7, "max_response_time": 40.012, "min_response_time": 1.229,
				"total_content_length": int64(700),
				"response_times":       dict{1.23: int64(3), 40.0: int64(1)},
				"num_reqs_per_sec":     dict{int64(1700000001): int64(2), int64(1700000002): int64(3)},
				"num_fail_per_sec":     dict{int64(1700000001): int64(0), int64(1700000002): int64(2)},
			},
			dict{
				"name": "/status", "method": "callback", "last_request_timestamp": 1700000001.25, "start_time": 1.7e9,
				"num_requests": int64(1), "num_none_requests": int64(0), "num_failures": int64(0),
				"total_response_time": 1.225, "max_response_time": 1.225, "min_response_time": 1.225,
				"total_content_length": int64(1),
				"response_times":       dict{1.23: int64(1)},
				"num_reqs_per_sec":     dict{int64(1700000002): int64(1)},
				"num_fail_per_sec":     dict{int64(1700000002): int64(0)},
			},
			dict{
				"name": "/none", "method": "SMS", "last_request_timestamp": nil, "start_time": 1.7e9,
				"num_requests": int64(0), "num_none_requests": int64(0), "num_failures": int64(0),
				"total_response_time": 0.0, "max_response_time": 0.0, "min_response_time": nil,
				"total_content_length": int64(0),
				"response_times":       dict{}, "num_reqs_per_sec": dict{}, "num_fail_per_sec": dict{},
			},
		},
		"stats_total": dict{
			"name": "Aggregated", "method": "", "last_request_timestamp": 1700000002.25, "start_time": 1.7e9,
			"num_requests": int64(6), "num_none_requests": int64(1), "num_failures": int64(2),
			"total_response_time": 44.925, "max_response_time": 40.012, "min_response_time": 1.225,
			"total_content_length": int64(701),
			"response_times":       dict{1.23: int64(4), 40.0: int64(1)},
			"num_reqs_per_sec":     dict{int64(1700000001): int64(2), int64(1700000002): int64(4)},
			"num_fail_per_sec":     dict{int64(1700000001): int64(0), int64(1700000002): int64(2)},
		},
		"errors": dict{
			"SMS./sms.12100 document unreadable": dict{
				"name": "/sms", "method": "SMS", "error": "12100 document unreadable", "occurrences": int64(1),
				"first_seen": 1700000002.25, "last_seen": 1700000002.25,
			},
			"SMS./sms.11200 time-out": dict{
				"name": "/sms", "method": "SMS", "error": "11200 time-out", "occurrences": int64(1),
				"first_seen": nil, "last_seen": nil,
			},
		},
		"extra":              []byte(`{"segments": 5}`),
		"user_classes_count": dict{"Load": int64(3), "Other": int64(4)},
		"user_count":         int64(7),
	}
	got := generic(m.data).(dict)
	for key, value := range want {
		if !reflect.DeepEqual(got[key], value) {
			t.Errorf("%s is\n%v, want\n%v", key, got[key], value)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d keys, want %d", len(got), len(want))
	}
}

func TestUsage(t *testing.T) {
	m := new(meter)
	first := m.read()
	for until := time.Now().Add(20 * time.Millisecond); time.Now().Before(until); {
		_ = make([]byte, 1<<16)
	}
	second := m.read()
	if first.cpu != 0 || second.cpu <= 0 || second.memory == 0 {
		t.Errorf("%+v, then %+v: want no share first, then some, and memory", first, second)
	}
}
