package index

import (
	"html"
	"strings"
)

// tagBytesMax is how far a tag is followed: a < that is not closed by then was
// no tag.
const tagBytesMax = 2048

// StripHTML gives the text of what may be HTML, on one line: tags and comments
// off, what script and style hold too, a space where a block or line ended,
// entities read, white space single. Text without HTML keeps its words, a <
// and > in it too: only what has the name of an element is a tag.
//
// HTML that was escaped twice, as feeds do, is stripped twice; so is a line
// end that was escaped for JSON once too often (\n). It takes time in
// proportion to the text, whatever is broken in it.
func StripHTML(s string) string {
	if strings.ContainsAny(s, "<&\\") {
		s = html.UnescapeString(withoutTags(s))
		if strings.Contains(s, "<") {
			s = withoutTags(s)
		}
		if strings.Contains(s, "&") {
			s = html.UnescapeString(s)
		}
		s = strings.NewReplacer(`\r\n`, " ", `\n`, " ", `\r`, " ", `\t`, " ").Replace(s)
	}
	return strings.Join(strings.Fields(s), " ")
}

// withoutTags leaves tags out.
func withoutTags(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	unclosed := map[string]bool{} // ends that were looked for in vain, so that they are only once
	for {
		at := strings.IndexByte(s, '<')
		if at < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:at])
		s = s[at:]
		name, end := tag(s)
		switch {
		case end == 0:
			b.WriteByte('<')
			end = 1
		case name == "script" || name == "style" || name == "!--":
			end = skipTo(s, end, name, unclosed)
		}
		if end > 1 && !inline(name) {
			b.WriteByte(' ')
		}
		s = s[end:]
	}
}

// skipTo gives the end of what a comment, script or style holds.
func skipTo(s string, from int, name string, unclosed map[string]bool) int {
	closing := "</" + name
	if name == "!--" {
		closing = "-->"
	}
	if unclosed[name] {
		return from
	}
	n := strings.Index(s[from:], closing) // lower case, as everybody writes it
	if n < 0 {
		unclosed[name] = true
		return from
	}
	from += n
	if name == "!--" {
		return from + len(closing)
	}
	_, end := tag(s[from:])
	return from + end
}

// tag reads the tag that a text begins with: its name in lower case and where
// it ends; 0 if it is none.
func tag(s string) (name string, end int) {
	if strings.HasPrefix(s, "<!--") {
		return "!--", len("<!--")
	}
	start := 1
	if start < len(s) && (s[start] == '/' || s[start] == '!' || s[start] == '?') {
		start++
	}
	n := start
	for n < len(s) && n < start+len("blockquote") && (s[n]|0x20 >= 'a' && s[n]|0x20 <= 'z' || '0' <= s[n] && s[n] <= '9') {
		n++
	}
	name = strings.ToLower(s[start:n])
	if !element(name) {
		return "", 0
	}
	return name, tagEnd(s, n)
}

// tagEnd gives where a tag ends whose name ends at a byte, past its
// attributes; 0 if it never does. A > in quotes ends nothing; quotes that are
// not closed do not count.
func tagEnd(s string, from int) int {
	s = s[:min(len(s), tagBytesMax)]
	if from < len(s) && !strings.ContainsRune(" \t\r\n/>?:", rune(s[from])) {
		return 0
	}
	quote, plain := byte(0), 0
	for i := from; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '>' && quote == 0:
			return i + 1
		case c == '>' && plain == 0:
			plain = i + 1
		case c == quote:
			quote, plain = 0, 0
		case quote == 0 && (c == '"' || c == '\'') && s[i-1] == '=':
			quote = c
		}
	}
	return plain
}

// element says whether a name is one of HTML's: missions write <Ville> too.
func element(name string) bool {
	switch name {
	case "html", "head", "body", "title", "meta", "link", "base", "doctype", "xml", "script", "style", "noscript", "template",
		"h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "section", "article", "aside", "header", "footer", "main", "nav", "address",
		"br", "hr", "pre", "blockquote", "ul", "ol", "li", "dl", "dt", "dd", "figure", "figcaption", "center",
		"table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "col", "colgroup",
		"form", "fieldset", "legend", "label", "input", "button", "select", "option", "textarea", "iframe", "img", "picture",
		"source", "video", "audio", "object", "embed", "svg", "path", "canvas", "details", "summary":
		return true
	}
	return inline(name)
}

// inline says whether an element stands inside a word or line.
func inline(name string) bool {
	switch name {
	case "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd", "mark",
		"q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "o":
		return true
	}
	return false
}
