package webhook_test

import (
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"call-load-tester/pkg/webhook"
)

func twiml(body string) webhook.Answer {
	return webhook.Answer{Status: 200, ContentType: []byte("text/xml"), Body: []byte(body)}
}

func answer(status int, contentType, body string) webhook.Answer {
	a := webhook.Answer{Status: status, Body: []byte(body)}
	if contentType != "" {
		a.ContentType = []byte(contentType)
	}
	return a
}

func TestVerdictOfAnswersToMessages(t *testing.T) {
	emoji := strings.Repeat("😜", 3300)
	type verdict struct {
		code                   webhook.Code
		count, segments, media int
	}
	for _, tc := range []struct {
		what   string
		answer webhook.Answer
		want   verdict
	}{
		{"no reply", twiml(`<Response/>`), verdict{}},
		{"no content", answer(204, "", ""), verdict{}},
		{"an empty answer", answer(200, "", ""), verdict{}},
		{"one reply", twiml(`<?xml version="1.0" encoding="UTF-8"?><Response><Message>hi</Message></Response>`), verdict{0, 1, 1, 0}},
		{"as application/xml", answer(200, "application/xml; charset=utf-8", `<Response><Message>hi</Message></Response>`), verdict{0, 1, 1, 0}},
		{"as text/html", answer(200, "Text/HTML", `<Response><Message>hi</Message></Response>`), verdict{0, 1, 1, 0}},
		{"with another good status", answer(201, "text/xml", `<Response><Sms>hi</Sms></Response>`), verdict{0, 1, 1, 0}},
		{"two replies, three segments", twiml(`<Response><Message>hi</Message><Message to="+14155550100"><Body>` + strings.Repeat("a", 161) + `</Body></Message></Response>`), verdict{0, 2, 3, 0}},
		{"bodies are joined", twiml(`<Response><Message><Body>` + strings.Repeat("a", 100) + `</Body><Body>` + strings.Repeat("a", 61) + `</Body></Message></Response>`), verdict{0, 1, 2, 0}},
		{"a picture has no segments", twiml(`<Response><Message><Body>hi</Body><Media>http://a/b.png</Media></Message></Response>`), verdict{0, 1, 0, 1}},
		{"a picture needs no text", twiml(`<Response><Message><Media>http://a/b.png</Media></Message></Response>`), verdict{0, 1, 0, 1}},
		{"the word Body is not a reply", twiml(`<Response><!-- <Body>Body</Body> --></Response>`), verdict{}},
		{"entities and CDATA", twiml(`<Response><Message>&amp;&#8364;<![CDATA[<b>]]></Message></Response>`), verdict{0, 1, 1, 0}},
		{"a namespace and a comment", twiml(`<Response xmlns:xsi="http://a" xsi:x="y"><Message xmlns="b">hi</Message><!-- c --></Response>` + "\n"), verdict{0, 1, 1, 0}},
		{"Latin 1", twiml("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><Response><Message>\xe9</Message></Response>"), verdict{0, 1, 1, 0}},
		{"a byte order mark", twiml("\ufeff<?xml version=\"1.0\"?><Response/>"), verdict{}},
		{"replies after a <Redirect> are not reached", twiml(`<Response><Message>a</Message><Redirect method="POST">/next</Redirect><Message>b</Message></Response>`), verdict{0, 1, 1, 0}},
		{"ten replies", twiml(`<Response>` + strings.Repeat(`<Message>a</Message>`, 10) + `</Response>`), verdict{0, 10, 10, 0}},
		{"1600 characters", twiml(`<Response><Message>` + strings.Repeat("é", 1600) + `</Message></Response>`), verdict{0, 1, 11, 0}},
		{"plain text is the reply", answer(200, "text/plain; charset=utf-8", "OK"), verdict{0, 1, 1, 0}},
		{"TwiML as plain text is a reply too", answer(200, "text/plain", "<Response/>"), verdict{0, 1, 1, 0}},

		{"a client error", answer(404, "text/xml", `<Response/>`), verdict{code: 11217}},
		{"a server error", answer(500, "text/xml", `<Response/>`), verdict{code: 11217}},
		{"a redirect that cannot be followed", answer(308, "", ""), verdict{code: 11216}},
		{"not modified", answer(304, "", ""), verdict{code: 11216}},
		{"switching protocols", answer(101, "", ""), verdict{code: 11206}},
		{"64 kB", answer(200, "text/xml", `<Response>`+strings.Repeat(" ", 64<<10-21)+`</Response>`), verdict{}},
		{"64 kB + 1", answer(200, "text/xml", `<Response>`+strings.Repeat(" ", 64<<10-20)+`</Response>`), verdict{code: 11750}},
		{"chunked but empty", webhook.Answer{Status: 200, ContentType: []byte("text/xml"), Chunked: true}, verdict{code: 11770}},
		{"no content type", answer(200, "", `<Response/>`), verdict{code: 11200}},
		{"JSON", answer(200, "application/json", `{}`), verdict{code: 12300}},
		{"sound is for calls", answer(200, "audio/mpeg", "ID3"), verdict{code: 12300}},
		{"rubbish for a content type", answer(200, ";;;", "x"), verdict{code: 12300}},
		{"not XML", twiml(`hello`), verdict{code: 12100}},
		{"nothing but a space", twiml(` `), verdict{code: 12100}},
		{"a tag left open", twiml(`<Response><Message>hi</Response>`), verdict{code: 12100}},
		{"a document cut off", twiml(`<Response><Message>hi</Message>`), verdict{code: 12100}},
		{"a bare ampersand", twiml(`<Response><Message>you & me</Message></Response>`), verdict{code: 12100}},
		{"an HTML entity", twiml(`<Response><Message>&nbsp;</Message></Response>`), verdict{code: 12100}},
		{"a space before the declaration", twiml(` <?xml version="1.0"?><Response/>`), verdict{code: 12100}},
		{"a declaration within", twiml(`<Response><?xml version="1.0"?></Response>`), verdict{code: 12100}},
		{"two roots", twiml(`<Response/><Response/>`), verdict{code: 12100}},
		{"text after the root", twiml(`<Response/>OK`), verdict{code: 12100}},
		{"an attribute twice", twiml(`<Response><Message to="+15551234567" to="+15551234567">a</Message></Response>`), verdict{code: 12100}},
		{"bytes that are not UTF-8", twiml("<Response><Message>\xff</Message></Response>"), verdict{code: 12100}},
		{"an encoding nobody knows", twiml(`<?xml version="1.0" encoding="EBCDIC"?><Response/>`), verdict{code: 12100}},
		{"XML 1.1", twiml(`<?xml version="1.1"?><Response/>`), verdict{code: 12101}},
		{"an HTML page", answer(200, "text/html", `<html><body>It works!</body></html>`), verdict{code: 12102}},
		{"names are case sensitive", twiml(`<response/>`), verdict{code: 12102}},
		{"verbs too", twiml(`<Response><message>hi</message></Response>`), verdict{code: 12200}},
		{"an unknown attribute", twiml(`<Response><Message too="+15551234567">hi</Message></Response>`), verdict{code: 12200}},
		{"text that is no verb's", twiml(`<Response>hi<Message>hi</Message></Response>`), verdict{code: 12200}},
		{"ten pictures", twiml(`<Response><Message>` + strings.Repeat("<Media>http://a/b.png</Media>", 10) + `</Message></Response>`), verdict{0, 1, 0, 1}},
		{"eleven pictures", twiml(`<Response><Message>` + strings.Repeat("<Media>http://a/b.png</Media>", 11) + `</Message></Response>`), verdict{code: 12200}},
		{"a prefix that is not declared", twiml(`<Response><x:Message>hi</x:Message></Response>`), verdict{code: 12100}},
		{"an attribute's prefix that is not declared", twiml(`<Response><Message x:to="+15551234567">hi</Message></Response>`), verdict{code: 12100}},
		{"a prefix that needs no declaration", twiml(`<Response><Message xml:lang="en">hi</Message></Response>`), verdict{0, 1, 1, 0}},
		{"a noun for calls", twiml(`<Response><Number>1</Number></Response>`), verdict{code: 12200}},
		{"an unknown noun", twiml(`<Response><Message><Text>hi</Text></Message></Response>`), verdict{code: 12200}},
		{"a bad to", twiml(`<Response><Message to="you">hi</Message></Response>`), verdict{code: 14101}},
		{"an empty from", twiml(`<Response><Message from="">hi</Message></Response>`), verdict{code: 14102}},
		{"an empty reply", twiml(`<Response><Message>hi</Message><Message> </Message></Response>`), verdict{code: 14103}},
		{"1601 characters", twiml(`<Response><Message>` + strings.Repeat("é", 1601) + `</Message></Response>`), verdict{code: 14103}},
		{"100 segments of emoji", twiml(`<Response><Message>` + emoji + `</Message></Response>`), verdict{code: 14103}},
		{"the same as plain text", answer(200, "text/plain", emoji), verdict{code: 14103}},
		{"a short code", twiml(`<Response><Message to="123">hi</Message></Response>`), verdict{0, 1, 1, 0}},
		{"too short for one", twiml(`<Response><Message to="12">hi</Message></Response>`), verdict{code: 14101}},
		{"15 digits", twiml(`<Response><Message to="+1234-567 (890).12345">hi</Message></Response>`), verdict{0, 1, 1, 0}},
		{"16 digits", twiml(`<Response><Message to="+1234567890123456">hi</Message></Response>`), verdict{code: 14101}},
		{"another channel", twiml(`<Response><Message to="whatsapp:+14155550100">hi</Message></Response>`), verdict{0, 1, 1, 0}},
		{"a channel without an address", twiml(`<Response><Message to="whatsapp:">hi</Message></Response>`), verdict{code: 14101}},
		{"an address without a channel", twiml(`<Response><Message to=":+14155550100">hi</Message></Response>`), verdict{code: 14101}},
		{"a status callback", twiml(`<Response><Message statusCallback="/status?a=b" method="get">hi</Message></Response>`), verdict{0, 1, 1, 0}},
		{"one that is no URL", twiml(`<Response><Message statusCallback="http://[">hi</Message></Response>`), verdict{code: 14105}},
		{"1600 characters of plain text", answer(200, "text/plain", strings.Repeat("é", 1600)), verdict{0, 1, 11, 0}},
		{"1601", answer(200, "text/plain", strings.Repeat("é", 1601)), verdict{code: 14103}},
		{"a bad method", twiml(`<Response><Message method="PUT">hi</Message></Response>`), verdict{code: 14104}},
		{"a bad status callback", twiml(`<Response><Message statusCallback="">hi</Message></Response>`), verdict{code: 14105}},
		{"eleven replies", twiml(`<Response>` + strings.Repeat(`<Message>a</Message>`, 11) + `</Response>`), verdict{code: 14109}},
		{"a verb for calls", twiml(`<Response><Say>hi</Say></Response>`), verdict{code: 14110}},
	} {
		want := webhook.Verdict{Code: tc.want.code, Replies: webhook.Replies{Count: tc.want.count, Segments: tc.want.segments, Media: tc.want.media}}
		if got := webhook.SMS.Verdict(tc.answer, false); got != want {
			t.Errorf("%s: %+v, want %+v", tc.what, got, want)
		}
		if got := webhook.Raw.Verdict(tc.answer, false); got != want {
			t.Errorf("%s: a raw row's verdict is %+v, want %+v", tc.what, got, want)
		}
		judge := webhook.NewJudge(webhook.SMS)
		for range 2 {
			if got := judge.Verdict(tc.answer, false); got != want {
				t.Errorf("%s: the judge says %+v, want %+v", tc.what, got, want)
			}
		}
	}
}

func TestVerdictOfOtherAnswers(t *testing.T) {
	for _, tc := range []struct {
		what   string
		kind   webhook.Kind
		answer webhook.Answer
		want   webhook.Code
	}{
		{"a call is spoken to", webhook.Voice, twiml(`<Response><Say voice="alice">hi</Say><Gather><Play>a.mp3</Play></Gather></Response>`), 0},
		{"speech marked up", webhook.Voice, twiml(`<Response><Say><say-as interpret-as="date">1</say-as></Say></Response>`), 0},
		{"a call hears plain text", webhook.Voice, answer(200, "text/plain", "hello"), 0},
		{"a call hears sound", webhook.Voice, answer(200, "audio/mpeg", "ID3"), 0},
		{"a call needs something to do", webhook.Voice, answer(200, "text/xml", ""), 12100},
		{"a verb for messages", webhook.Voice, twiml(`<Response><Message>hi</Message></Response>`), 12200},
		{"an unknown noun", webhook.Voice, twiml(`<Response><Dial><Telephone/></Dial></Response>`), 12200},
		{"a verb in the wrong case", webhook.Voice, twiml(`<Response><say>hi</say></Response>`), 12200},
		{"a noun without its verb", webhook.Voice, twiml(`<Response><Number>+14155550100</Number></Response>`), 12200},
		{"speech markup without its verb", webhook.Voice, twiml(`<Response><emphasis>hi</emphasis></Response>`), 12200},
		{"text without its verb", webhook.Voice, twiml(`<Response>Hello.</Response>`), 12200},
		{"an attribute in the wrong case", webhook.Voice, twiml(`<Response><Gather><Say Voice="alice">hi</Say></Gather></Response>`), 12200},
		{"one that begins with A", webhook.Voice, twiml(`<Response><Say Age="1">hi</Say></Response>`), 12200},
		{"or with Z", webhook.Voice, twiml(`<Response><Say Zone="1">hi</Say></Response>`), 12200},
		{"one that begins with a", webhook.Voice, twiml(`<Response><Say age="1" zone="1">hi</Say></Response>`), 0},
		{"an attribute that is newer than this program", webhook.Voice, twiml(`<Response><Say mood="mild">hi</Say></Response>`), 0},

		{"a status callback is told nothing", webhook.Status, answer(204, "", ""), 0},
		{"a status callback is told to do nothing", webhook.Status, twiml(`<?xml version="1.0"?><Response> </Response>`), 0},
		{"a status callback is told OK", webhook.Status, answer(200, "text/plain", "OK"), 12300},
		{"a status callback is told nothing, with 200", webhook.Status, answer(200, "", ""), 12300},
		{"a status callback is told nothing in XML", webhook.Status, answer(200, "text/xml", ""), 12100},
		{"a status callback is told a page", webhook.Status, answer(200, "text/html", "<html/>"), 12300},
		{"a status callback is told another document", webhook.Status, twiml(`<ok/>`), 12102},
		{"a status callback is told to do something", webhook.Status, twiml(`<Response><Message>hi</Message></Response>`), 12200},
		{"a status callback fails", webhook.Status, answer(500, "", ""), 11217},
	} {
		if got := tc.kind.Verdict(tc.answer, false); got != (webhook.Verdict{Code: tc.want}) {
			t.Errorf("%s: %+v, want code %d and no replies", tc.what, got, tc.want)
		}
	}
}

func TestTollFreeReplies(t *testing.T) {
	long := strings.Repeat("a", 305) // two segments, three from a toll-free number
	for _, tc := range []struct {
		what, attributes string
		tollFree         bool
		want             int
	}{
		{"from a local number", ``, false, 2},
		{"from a toll-free number", ``, true, 3},
		{"from a toll-free number abroad", ` to="+4915112345678"`, true, 2},
		{"from another number, toll-free", ` from="+18885550100"`, false, 3},
		{"from another number, local", ` from="+14155550100"`, true, 2},
		{"from another number, abroad", ` from="+18885550100" to="+4915112345678"`, true, 2},
	} {
		v := webhook.SMS.Verdict(twiml(`<Response><Message`+tc.attributes+`>`+long+`</Message></Response>`), tc.tollFree)
		if v.Code != 0 || v.Replies.Segments != tc.want {
			t.Errorf("%s: %+v, want %d segments", tc.what, v, tc.want)
		}
	}
}

// A judge must tell apart all that makes a difference, and forget in time.
func TestJudgeTellsAnswersApart(t *testing.T) {
	long := strings.Repeat("a", 305)
	judge := webhook.NewJudge(webhook.SMS)
	for round := range 3 {
		for i := range 200 {
			text := fmt.Sprintf("%s%d", long, i)
			for _, a := range []webhook.Answer{
				answer(200, "text/plain", text), answer(404, "text/plain", text), answer(200, "text/xml", text),
				answer(200, "", text), answer(200, "audio/wav", text), {Status: 200, Chunked: true}, {Status: 200},
			} {
				for _, tollFree := range []bool{true, false} {
					if got, want := judge.Verdict(a, tollFree), webhook.SMS.Verdict(a, tollFree); got != want {
						t.Fatalf("round %d: %+v is judged %+v, want %+v", round, a, got, want)
					}
				}
			}
		}
	}
}

func TestAJudgeRemembersOnlySoMuch(t *testing.T) {
	judge := webhook.NewJudge(webhook.SMS)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range 60 {
		judge.Verdict(answer(200, "text/plain", fmt.Sprintf("%04d%s", i, strings.Repeat("a", 3500))), false)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 100<<10 {
		t.Errorf("after 60 different answers of 3.5 kB it holds %d bytes more", grown)
	}
	runtime.KeepAlive(judge)
}

func TestAKnownAnswerIsJudgedWithoutAllocating(t *testing.T) {
	judge := webhook.NewJudge(webhook.SMS)
	a := twiml(`<Response><Message>hi</Message></Response>`)
	judge.Verdict(a, false)
	if n := testing.AllocsPerRun(100, func() { judge.Verdict(a, false) }); n != 0 {
		t.Errorf("a known answer allocates %v times", n)
	}
}

func TestEveryCodeHasAName(t *testing.T) {
	source, err := os.ReadFile("code.go")
	if err != nil {
		t.Fatal(err)
	}
	codes := regexp.MustCompile(`(?m)^\t\w+ +Code = (-?\d+)`).FindAllStringSubmatch(string(source), -1)
	if len(codes) < 30 {
		t.Fatalf("%d codes in code.go", len(codes))
	}
	for _, code := range codes {
		n, err := strconv.Atoi(code[1])
		if name := webhook.Code(n).Name(); err != nil || strings.HasPrefix(name, "Twilio code") {
			t.Errorf("%d is called %q", n, name)
		}
	}
	if got := webhook.Code(99999).Name(); got != "Twilio code 99999" {
		t.Errorf("an unknown code is called %q", got)
	}
}

func FuzzVerdict(f *testing.F) {
	f.Add(200, "text/xml", []byte(`<?xml version="1.0"?><Response><Message to="+15551234567"><Body>a</Body><Media>b</Media></Message></Response>`), false)
	f.Add(200, "text/plain", []byte("hello"), true)
	f.Add(200, "text/html", []byte("<!DOCTYPE html><html>&nbsp;<br></html>"), false)
	f.Add(302, "", []byte{}, true)
	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte, chunked bool) {
		a := answer(status, contentType, string(body))
		a.Chunked = chunked
		for _, kind := range []webhook.Kind{webhook.SMS, webhook.Voice, webhook.Status, webhook.Raw} {
			v := kind.Verdict(a, chunked)
			if v.Code != 0 && v.Replies != (webhook.Replies{}) {
				t.Errorf("%v: a failed answer has replies: %+v", kind, v)
			}
			if r := v.Replies; r.Count > 10 || r.Media > r.Count || r.Segments < r.Count-r.Media {
				t.Errorf("%v: the replies do not add up: %+v", kind, v)
			}
			judge := webhook.NewJudge(kind)
			for range 2 {
				if got := judge.Verdict(a, chunked); got != v {
					t.Errorf("%v: the judge says %+v, want %+v", kind, got, v)
				}
			}
		}
	})
}

func BenchmarkVerdict(b *testing.B) {
	a := twiml(`<?xml version="1.0" encoding="UTF-8"?><Response><Message>Thanks, your code is right.</Message></Response>`)
	b.Run("known", func(b *testing.B) {
		judge := webhook.NewJudge(webhook.SMS)
		b.ReportAllocs()
		for b.Loop() {
			judge.Verdict(a, false)
		}
	})
	b.Run("new", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			webhook.SMS.Verdict(a, false)
		}
	})
}

func ExampleJudge() {
	v := webhook.NewJudge(webhook.SMS).Read(webhook.Answer{
		Status:      200,
		ContentType: []byte("text/html"),
		Body:        []byte("<html><body>It works!</body></html>"),
	}, false)
	fmt.Println(int(v.Code), v.Code.Name())
	// Output: 12102 TwiML root is not <Response>
}
