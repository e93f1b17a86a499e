package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"call-load-tester/pkg/webhook"
)

func TestParseData(t *testing.T) {
	one := []webhook.Row{{{Name: "Body", Value: `4566 # ; "quoted"`}}}
	const list = `[{"name": "Body", "value": "4566 # ; \"quoted\""}]`
	for _, tc := range []struct {
		what, text string
		want       []webhook.Row
	}{
		{"the original's INI", "[Data]\nData = " + list + "\n", one},
		{"its other spelling", "# comment\n; comment\n\n[data]\nraw=" + list, one},
		{"a text of one list", list, one},
		{"a list that starts with a space", "[ " + list[1:], one},
		{"a text of objects", "# comment\n{\"a\":1}\n{\"a\":2}\n", []webhook.Row{{{Name: "a", Value: "1"}}, {{Name: "a", Value: "2"}}}},
		{"an empty row", "[]", []webhook.Row{{}}},
		{"with a byte order mark", "\ufeff[Data]\r\nData = " + list + "\r\n", one},
	} {
		got, problems := parseData("d", tc.text, webhook.ParseRow)
		if len(problems) > 0 || !slices.EqualFunc(got, tc.want, slices.Equal) {
			t.Errorf("%s: %v %v, want %v", tc.what, got, problems, tc.want)
		}
	}
}

func TestBadData(t *testing.T) {
	for _, tc := range []struct {
		what, text string
		want       []string
	}{
		{"nothing", "", []string{"d:1: the file holds no row"}},
		{"two bad rows", "{}\n{\"a\":{}}\nx\n", []string{
			`d:2: the value of "a" is nested; a form field holds text, a number or a boolean`,
			"d:3: not valid JSON at character 1: invalid character 'x' looking for beginning of value",
		}},
		{"an INI file without a row", "[Data]\n", []string{"d: [Data] lacks Data or Raw"}},
		{"an INI file with both", "[Data]\nData = []\nRaw = []\n", []string{"d:3: [Data] Data or Raw is given before, in line 2"}},
		{"an INI file with a bad row", "[Data]\nData = [1]\n", []string{`d:2: [Data] Data or Raw: entry 1 of the list needs a "name" and a "value"`}},
		{"an INI file with something else", "[Data]\nData = []\nMore = 1\n", []string{"d:3: there is no [Data] More"}},
	} {
		_, problems := parseData("d", tc.text, webhook.ParseRow)
		var got []string
		for _, problem := range problems {
			got = append(got, problem.Error())
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s:\n%s\nwant\n%s", tc.what, strings.Join(got, "\n"), strings.Join(tc.want, "\n"))
		}
	}
}

func TestTheSampleDataIsGood(t *testing.T) {
	text, err := os.ReadFile("tw_data.sample.txt")
	if err != nil {
		t.Fatal(err)
	}
	rows, problems := parseData("sample", string(text), webhook.ParseRow)
	if len(problems) > 0 || len(rows) != 8 {
		t.Errorf("%d rows, %v", len(rows), problems)
	}
	good := 0
	for _, row := range rows {
		if body, _ := row.Get("Body"); body == goodCode {
			good++
		}
	}
	if good != 4 {
		t.Errorf("%d of the rows have the right code, want half", good)
	}
}

func FuzzParseData(f *testing.F) {
	f.Add("[Data]\nData = [{\"name\":\"a\",\"value\":1}]")
	f.Add("{\"a\":1}\n\n#x\n[")
	f.Fuzz(func(t *testing.T, text string) {
		if rows, problems := parseData("d", text, webhook.ParseRow); len(rows) == 0 && len(problems) == 0 {
			t.Errorf("%q gives neither rows nor problems", text)
		}
	})
}
