package webhook

import (
	"slices"
	"strings"

	"github.com/rivo/uniseg"
)

// Segments returns how many message segments Twilio bills for a text: 0 for an
// empty one. Text in the GSM 03.38 alphabet holds 160 characters in one segment
// and 153 in each of several; any other text 70 and 67 UTF-16 code units. From
// a toll-free number to the US or Canada, several segments hold 152 and 66.
// What the reader sees as one character is not split over two segments, but for
// a line break of two characters.
// Twilio: glossary, "What is the SMS character limit?"; the official segment
// calculator.
func Segments(text string, tollFree bool) int {
	if text == "" {
		return 0
	}
	single, several, units := 160, 153, gsmUnits
	if !isGSM(text) {
		single, several, units = 70, 67, utf16Units
	}
	if units(text) <= single {
		return 1
	}
	if tollFree {
		several--
	}
	segments, room := 1, several
	place := func(size int) {
		if size > room {
			segments++
			room = several
		}
		room -= size
	}
	for clusters := uniseg.NewGraphemes(text); clusters.Next(); {
		cluster := clusters.Str()
		if size := units(cluster); size <= several && cluster != "\r\n" {
			place(size)
			continue
		}
		for _, r := range cluster { // a stack of accents longer than a segment, or a line break
			place(units(string(r)))
		}
	}
	return segments
}

// The GSM 03.38 basic alphabet, and its extension, whose characters take two
// places. Not in it: backtick, tab, ç, curly quotes, dashes, the ellipsis.
const (
	gsmBasic = "\n\r !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz" +
		"¡£¤¥§¿ÄÅÆÇÉÑÖØÜßàäåæèéìñòöøùüΓΔΘΛΞΠΣΦΨΩ"
	gsmExtension = "\f^{}\\[~]|€"
)

func isGSM(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return !strings.ContainsRune(gsmBasic, r) && !strings.ContainsRune(gsmExtension, r)
	})
}

func gsmUnits(text string) int {
	n := 0
	for _, r := range text {
		n++
		if strings.ContainsRune(gsmExtension, r) {
			n++
		}
	}
	return n
}

func utf16Units(text string) int {
	n := 0
	for _, r := range text {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// tollFree reports whether the replies to a message with these fields go from a
// toll-free number to the US or Canada.
func tollFree(parts []part) bool {
	var from, to string
	for _, p := range slices.Backward(parts) { // the first of a name counts
		switch p.Name {
		case "To":
			from = p.Value
		case "From":
			to = p.Value
		}
	}
	return isTollFreePair(from, to)
}

// isTollFreePair takes every number of the North American plan for one of the
// US or Canada.
func isTollFreePair(from, to string) bool {
	if len(from) != len("+18005550100") || !strings.HasPrefix(to, "+1") {
		return false
	}
	switch from[:5] {
	case "+1800", "+1833", "+1844", "+1855", "+1866", "+1877", "+1888":
		return true
	}
	return false
}
