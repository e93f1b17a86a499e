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
		got, _, problems := parseData("d", tc.text, webhook.ParseRow)
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
		{"a list of no names", "[1,2]\n", []string{`d:1: entry 1 of the list needs a "name" and a "value", and no more; a list is one row`}},
		{"a list over several lines", "[\n{\"Body\": \"a\"},\n{\"Body\": \"b\"}\n]\n", []string{"d: this is JSON over several lines, and a row has a line of its own"}},
		{"an INI file without a row", "[Data]\n", []string{"d: [Data] lacks Data or Raw"}},
		{"an INI file with both", "[Data]\nData = []\nRaw = []\n", []string{"d:3: [Data] Data or Raw is given before, in line 2"}},
		{"an INI file with a bad row", "[Data]\nData = [1]\n", []string{`d:2: [Data] Data or Raw: entry 1 of the list needs a "name" and a "value", and no more; a list is one row`}},
		{"an INI file with something else", "[Data]\nData = []\nMore = 1\n", []string{"d:3: there is no [Data] More"}},
	} {
		_, _, problems := parseData("d", tc.text, webhook.ParseRow)
		var got []string
		for _, problem := range problems {
			got = append(got, problem.Error())
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s:\n%s\nwant\n%s", tc.what, strings.Join(got, "\n"), strings.Join(tc.want, "\n"))
		}
	}
}

// Persons, by kind: what is wrong with them has file and line.
func TestDataOfPersons(t *testing.T) {
	for _, tc := range []struct {
		what, kind, text string
		want             []string // what is wrong
	}{
		{"a call", "call", `{"From": "+14155550101", "Then": ["1", "my bill", "", {"DialCallStatus": "busy"}, "hangup"]}`, nil},
		{"a call that only listens", "call", `{}`, nil},
		{"a list of names and values", "call", `[{"name": "From", "value": "+1"}, {"name": "Then", "value": ["1"]}]`, nil},
		{"the original's INI", "call", "[Data]\nData = {\"Then\": [\"1\"]}", nil},
		{"a chat", "chat", `{"Body": "Hi", "Then": ["a", "hangup", "hang up", {"Body": "b"}]}`, nil},
		{"bad turns", "call", "# calls\n{\"Then\": [\"1\"]}\n{\"Then\": [\"1\", \"hang up\"]}\n\n{\"Then\": [\"hangup\", \"1\"]}\n{\"Then\": \"1\"}", []string{
			`d:3: turn 2: "hang up" is nearly "hangup": write that, or {"SpeechResult": "hang up"} for what is spoken`,
			`d:5: turn 2: nothing can follow a hang-up`,
			`d:6: "Then" must be a list of turns, such as ["1", "", "hangup"]`,
		}},
		{"bad turns of the original's INI", "chat", "[Data]\nData = {\"Then\": [1, null]}", []string{`d:2: [Data] Data or Raw: turn 2: null is neither text nor an object of fields`}},
		{"more texts than a chat may have", "chat\n[Call]\nMaxRequests = 2", "{\"Then\": [\"a\"]}\n{\"Then\": [\"a\", \"b\"]}", []string{`d:2: 3 messages are more than MaxRequests allows, 2`}},
		{"more turns than requests is nothing wrong in a call", "call\n[Call]\nMaxRequests = 2", `{"Then": ["1", "2", "3"]}`, nil},

		{"turns of one request", "sms", `{"Body": "a", "Then": ["1"]}`, []string{`d:1: "Then" is a list of turns: they need [Load] Kind = call or chat`}},
		{"turns of one call", "voice", `[{"name": "Then", "value": []}]`, []string{`d:1: "Then" is a list of turns: they need [Load] Kind = call or chat`}},
		{"a text of that name is a field of one request", "voice", `{"Then": "hangup"}`, nil},
		{"and of a status callback", "status", `{"Then": "1"}`, nil},
		{"and of a raw one", "raw", `{"Then": 1}`, nil},
		{"an object is neither", "raw", `{"Then": {}}`, []string{`d:1: the value of "Then" is nested; a form field holds text, a number or a boolean`}},
	} {
		p := configured(t, needed+"Kind = "+tc.kind+"\n")
		var got []string
		for _, problem := range p.readData("d", tc.text) {
			got = append(got, problem.Error())
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s:\n%s\nwant\n%s", tc.what, strings.Join(got, "\n"), strings.Join(tc.want, "\n"))
		}
		if n := len(p.attack.Persons) + len(p.attack.Rows); tc.want == nil && n != 1 || len(p.attack.Persons) > 0 != p.attack.Envelope.Kind.IsConversation() {
			t.Errorf("%s: %d persons, %d rows", tc.what, len(p.attack.Persons), len(p.attack.Rows))
		}
	}
	p := configured(t, needed)
	p.readData("d", `{"Then": "hangup"}`)
	if got, _ := p.attack.Rows[0].Get("Then"); got != "hangup" {
		t.Errorf("the field is %q", got)
	}
}

func TestTheSampleDataIsGood(t *testing.T) {
	text, err := os.ReadFile("tw_data.sample.txt")
	if err != nil {
		t.Fatal(err)
	}
	rows, _, problems := parseData("sample", string(text), webhook.ParseRow)
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
		if rows, _, problems := parseData("d", text, webhook.ParseRow); len(rows) == 0 && len(problems) == 0 {
			t.Errorf("%q gives neither rows nor problems", text)
		}
	})
}
