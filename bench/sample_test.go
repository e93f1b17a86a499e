package main

import "testing"

func TestSample(t *testing.T) {
	for _, row := range []struct {
		why  string
		got  string
		want string
	}{
		{"nothing was measured", sample(nil).text(1), "–"},
		{"once: there is no spread", sample{2}.text(1), "2.0"},
		{"the middle one, and the ends", sample{5, 1, 3}.text(1), "3.0 (1.0–5.0)"},
		{"between the middle two", sample{4, 1, 3, 2}.text(1), "2.5 (1.0–4.0)"},
		{"ratios are those of each run", sample{2, 4, 6}.over(sample{1, 4, 2}).text(1), "2.0 (1.0–3.0)"},
	} {
		if row.got != row.want {
			t.Errorf("%s: %s, want %s", row.why, row.got, row.want)
		}
	}
}

func TestThereIsNoSuchTable(t *testing.T) {
	if all, err := choose([]string{"all"}); err != nil || len(all) != len(tables) {
		t.Errorf("all: %d tables, %v", len(all), err)
	}
	if _, err := choose([]string{"rates", "none"}); err == nil {
		t.Error("a table that there is not: no error")
	}
}
