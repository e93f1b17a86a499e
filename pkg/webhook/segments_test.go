package webhook_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"call-load-tester/pkg/webhook"

	"pgregory.net/rapid"
)

func TestSegments(t *testing.T) {
	repeat := strings.Repeat
	for _, tc := range []struct {
		what     string
		text     string
		tollFree bool
		want     int
	}{
		{"nothing", "", false, 0},
		{"one full segment", repeat("1", 160), false, 1},
		{"one more", repeat("1", 161), false, 2},
		{"two full", repeat("1", 306), false, 2},
		{"one more", repeat("1", 307), false, 3},
		{"an emoji makes it UCS-2", "😜" + repeat("1", 68), false, 1},
		{"one more", "😜" + repeat("1", 69), false, 2},
		{"two full", "😜" + repeat("1", 132), false, 2},
		{"one more", "😜" + repeat("1", 133), false, 3},
		{"extension characters take two places", repeat("€", 80), false, 1},
		{"one more", repeat("€", 81), false, 2},
		{"and are not split: 76 of them fill 152 of 153", repeat("€", 152), false, 2},
		{"one more", repeat("€", 153), false, 3},
		{"the whole basic set", "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà" + repeat("a", 33), false, 1},
		{"a backtick is not in it", "`" + repeat("a", 70), false, 2},
		{"nor a tab", "\t" + repeat("a", 70), false, 2},
		{"nor a small c with cedilla", "ç" + repeat("a", 70), false, 2},
		{"nor a curly quote", "’" + repeat("a", 70), false, 2},
		{"a flag is not split: four units, after 66 of 67", repeat("a", 66) + "🇩🇪" + repeat("a", 63), false, 2},
		{"one more", repeat("a", 66) + "🇩🇪" + repeat("a", 64), false, 3},
		{"a rainbow flag is six units", "🏳️‍🌈" + repeat("a", 64), false, 1},
		{"one more", "🏳️‍🌈" + repeat("a", 65), false, 2},
		{"a line break of two characters may be split", repeat("a", 152) + "\r\n" + repeat("a", 152), false, 2},
		{"accents that just fill a segment are not split", "aaaae" + repeat("\u0301", 66) + repeat("a", 63), false, 3},
		{"the last character of one unit", repeat("\uffff", 70), false, 1},
		{"more accents than fit a segment", "e" + repeat("\u0301", 199), false, 3},
		{"toll-free, one segment", repeat("1", 160), true, 1},
		{"toll-free, two full", repeat("1", 304), true, 2},
		{"one more", repeat("1", 305), true, 3},
		{"toll-free, UCS-2, two full", "–" + repeat("a", 131), true, 2},
		{"one more", "–" + repeat("a", 132), true, 3},
		{"100 segments of emoji, 33 each", repeat("😜", 3300), false, 100},
	} {
		if got := webhook.Segments(tc.text, tc.tollFree); got != tc.want {
			t.Errorf("%s: %d segments, want %d", tc.what, got, tc.want)
		}
	}
}

func TestSegmentsNeverUndercut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringN(71, 1000, -1).Draw(t, "text") + "–"
		units := len(utf16.Encode([]rune(text)))
		got := webhook.Segments(text, false)
		if least := (units + 66) / 67; got < least || got > 2*least {
			t.Errorf("%q of %d units takes %d segments, want between %d and %d", text, units, got, least, 2*least)
		}
		if longer := webhook.Segments(text+"a", false); longer < got {
			t.Errorf("%q takes %d segments, and with one more letter %d", text, got, longer)
		}
	})
}

func FuzzSegments(f *testing.F) {
	f.Add("hi €", false)
	f.Add("e\u0301\xff\r\n😜", true)
	f.Fuzz(func(t *testing.T, text string, tollFree bool) {
		if got := webhook.Segments(text, tollFree); (got == 0) != (text == "") || got > len(text) {
			t.Errorf("Segments(%q) = %d", text, got)
		}
	})
}

func TestCost(t *testing.T) {
	prices := webhook.Prices{Receive: 0.0075, Send: 0.0125, MMS: 0.02}
	if got := prices.Cost(4, webhook.Replies{Count: 9, Segments: 8, Media: 5}); got != 0.03+0.1+0.1 {
		t.Errorf("4 segments received, 8 sent and 5 MMS cost %v, want 0.23", got)
	}
}

func ExampleSegments() {
	fmt.Println(webhook.Segments("Your code is 4566", false), webhook.Segments(strings.Repeat("👋", 36), false))
	// Output: 1 2
}
