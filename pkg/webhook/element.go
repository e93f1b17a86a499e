package webhook

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
)

// An Element of a TwiML document. Documents are shared: nobody changes them.
type Element struct {
	Name     string
	Attrs    Row
	Text     string // its own, without its children's
	Children []*Element
}

// parseXML returns the root of a well-formed document.
func parseXML(document []byte) (*Element, Code) {
	dec := xml.NewDecoder(bytes.NewReader(document))
	dec.CharsetReader = latin1Reader
	names := namespaces{"": true, "xmlns": true, xmlNamespace: true}
	var root *Element
	var open []openElement
	for {
		start := dec.InputOffset()
		token, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, xmlCode(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e, ok := newElement(token)
			switch {
			case !ok, !names.know(token), root != nil && len(open) == 0: // a second root
				return nil, DocumentUnreadable
			case root == nil:
				root = e
			default:
				parent := open[len(open)-1].element
				parent.Children = append(parent.Children, e)
			}
			open = append(open, openElement{element: e})
		case xml.EndElement:
			last := len(open) - 1
			open[last].element.Text = string(open[last].text)
			open = open[:last]
		case xml.CharData:
			if len(open) > 0 {
				text := &open[len(open)-1].text
				*text = append(*text, token...)
			} else if !isSpaceOrBOM(token, start) {
				return nil, DocumentUnreadable
			}
		case xml.ProcInst:
			// Not even a space may come before the XML declaration.
			before := bytes.TrimPrefix(document[:start], []byte(byteOrderMark))
			if token.Target == "xml" && len(before) > 0 {
				return nil, DocumentUnreadable
			}
		}
	}
	if root == nil {
		return nil, DocumentUnreadable
	}
	return root, Accepted
}

// An openElement is one whose end is not yet read.
type openElement struct {
	element *Element
	text    []byte
}

// namespaces are those declared so far. encoding/xml puts a namespace in the
// place of a prefix, and leaves one that is not declared as it is.
type namespaces map[string]bool

const xmlNamespace = "http://www.w3.org/XML/1998/namespace"

// know takes a tag's declarations and reports whether all its prefixes are
// declared.
func (n namespaces) know(tag xml.StartElement) bool {
	for _, a := range tag.Attr {
		if a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns" {
			n[a.Value] = true
		}
	}
	for _, a := range tag.Attr {
		if !n[a.Name.Space] {
			return false
		}
	}
	return n[tag.Name.Space]
}

const byteOrderMark = "\ufeff"

func isSpaceOrBOM(text []byte, at int64) bool {
	if at == 0 {
		text = bytes.TrimPrefix(text, []byte(byteOrderMark))
	}
	return len(bytes.TrimSpace(text)) == 0
}

// newElement reports false if an attribute is given twice, which encoding/xml
// lets pass.
func newElement(token xml.StartElement) (*Element, bool) {
	e := &Element{Name: token.Name.Local}
	for _, a := range token.Attr {
		if a.Name.Space != "" || a.Name.Local == "xmlns" {
			continue
		}
		e.Attrs = append(e.Attrs, Field{a.Name.Local, a.Value})
	}
	return e, !e.repeatsAttribute()
}

func (e *Element) repeatsAttribute() bool {
	names := make([]string, len(e.Attrs))
	for i, a := range e.Attrs {
		names[i] = a.Name
	}
	slices.Sort(names)
	return len(slices.Compact(names)) < len(e.Attrs)
}

func xmlCode(err error) Code {
	if strings.HasPrefix(err.Error(), "xml: unsupported version") {
		return XMLVersion
	}
	return DocumentUnreadable
}

// latin1Reader reads the one encoding besides UTF-8 that old frameworks still
// declare.
func latin1Reader(charset string, input io.Reader) (io.Reader, error) {
	switch strings.ToLower(charset) {
	case "us-ascii", "ascii":
		return input, nil
	case "iso-8859-1", "latin1", "latin-1":
		text, err := io.ReadAll(input)
		if err != nil {
			return nil, err
		}
		runes := make([]rune, len(text))
		for i, b := range text {
			runes[i] = rune(b)
		}
		return strings.NewReader(string(runes)), nil
	}
	return nil, errors.New("unknown encoding " + charset)
}
