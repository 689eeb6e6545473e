package index

import (
	"cmp"
	"html"
	"slices"
	"strings"
	"unicode/utf8"
)

// mark is a part of a text that matches a clause.
type mark struct{ start, end, clause int }

// Highlight marks what matches in a plain text (of HTML, strip it first). The
// text is escaped for HTML; open and close are not: they are the caller's own.
// any says whether something is marked.
//
// What is marked is whole words, without the article that was elided before
// them, and phrases as one: matches that are exact, by stem, by synonym, by
// prefix, and where a word has none of these in the text, by as many wrong
// letters as a search would allow. Words that are not wanted are never marked.
func (w *Words) Highlight(text, open, close string) (marked string, any bool) {
	marks := merged(w.marks(text))
	return withMarks(text, 0, len(text), marks, open, close), len(marks) > 0
}

// Snippet is the part of a plain text, at most so many letters of it in whole
// words, that has most of the things asked for, highlighted; its beginning if
// it has none. White space is single, and … stands for what was left out.
func (w *Words) Snippet(text string, letters int, open, close string) string {
	if letters <= 0 {
		return ""
	}
	text = strings.Join(strings.Fields(text), " ")
	marks := w.marks(text)
	start, end := window(text, marks, letters)
	snippet := withMarks(text, start, end, merged(marks), open, close)
	if start > 0 {
		snippet = "… " + snippet
	}
	if end < len(text) {
		snippet += " …"
	}
	return snippet
}

// withMarks escapes text[start:end] and puts the marks around what is wholly
// inside. Marks are in order and apart.
func withMarks(text string, start, end int, marks []mark, open, close string) string {
	var b strings.Builder
	b.Grow((end - start) + len(marks)*(len(open)+len(close)))
	for _, m := range marks {
		if m.start < start || m.end > end {
			continue
		}
		b.WriteString(html.EscapeString(text[start:m.start]))
		b.WriteString(open)
		b.WriteString(html.EscapeString(text[m.start:m.end]))
		b.WriteString(close)
		start = m.end
	}
	b.WriteString(html.EscapeString(text[start:end]))
	return b.String()
}

// merged is marks in order, those that overlap made one.
func merged(marks []mark) []mark {
	marks = slices.Clone(marks)
	slices.SortFunc(marks, func(a, b mark) int { return cmp.Or(a.start-b.start, b.end-a.end) })
	kept := marks[:0]
	for _, m := range marks {
		if n := len(kept); n > 0 && m.start < kept[n-1].end {
			kept[n-1].end = max(kept[n-1].end, m.end)
		} else {
			kept = append(kept, m)
		}
	}
	return kept
}

// marks finds what matches, clause by clause, each clause in order.
func (w *Words) marks(text string) (marks []mark) {
	if len(w.Clauses) == 0 {
		return nil
	}
	s := sought{all: Tokenize(nil, text)}
	s.words, _ = apart(s.all)
	for i := range w.Clauses {
		c := &w.Clauses[i]
		from := len(marks)
		for j := range c.Forms {
			s.prefix = c.Prefix && j == 0
			for _, m := range s.form(&c.Forms[j]) {
				marks = append(marks, mark{m.start, m.end, i})
			}
		}
		if len(marks) == from && (len(c.Forms[0].Tokens) == 1 || !c.Forms[0].Adjacent) {
			for _, t := range s.misspelt(c.Forms[0].Tokens) {
				marks = append(marks, mark{t.Start, t.End, i})
			}
		}
	}
	return marks
}

// sought is a text in which something is looked for.
type sought struct {
	all    []Token // with compounds as one word
	words  []Token // without
	prefix bool    // the last word looked for may be a beginning
}

// form finds where a form matches: the run of its words, or each by itself.
func (s *sought) form(f *Form) (found []mark) {
	n := len(f.Tokens)
	if f.Adjacent {
		for i := range len(s.words) - n + 1 {
			if s.run(s.words[i:i+n], f.Tokens) {
				found = append(found, mark{start: s.words[i].Start, end: s.words[i+n-1].End})
			}
		}
		return found
	}
	for i := range s.all {
		for j := range f.Tokens {
			if s.same(i, &f.Tokens[j], s.prefix && j == n-1) {
				found = append(found, mark{start: s.all[i].Start, end: s.all[i].End})
				break
			}
		}
	}
	return found
}

// run says whether words are those of a form.
func (s *sought) run(words, tokens []Token) bool {
	for j := range tokens {
		begins := s.prefix && j == len(tokens)-1 && strings.HasPrefix(words[j].Exact, tokens[j].Exact)
		if words[j].Exact != tokens[j].Exact && words[j].Stem != tokens[j].Stem && !begins {
			return false
		}
	}
	return true
}

// same says whether a token of the text matches. A compound does not by its
// first part alone, which is marked by itself.
func (s *sought) same(i int, t *Token, prefix bool) bool {
	at := &s.all[i]
	if at.Exact == t.Exact || at.Stem == t.Stem {
		return true
	}
	if !prefix || !strings.HasPrefix(at.Exact, t.Exact) {
		return false
	}
	compound := i > 0 && s.all[i-1].Position == at.Position
	return !compound || !strings.HasPrefix(s.all[i-1].Exact, t.Exact)
}

// misspelt finds the words of the text that a search takes for misspelt ones.
func (s *sought) misspelt(tokens []Token) (found []Token) {
	for _, t := range tokens {
		limit := EditsMax(t.Exact)
		if limit == 0 {
			continue
		}
		letters := []rune(t.Exact)
		for _, at := range s.all {
			if withinEdits(letters, at.Exact, limit) {
				found = append(found, at)
			}
		}
	}
	return found
}

// withinEdits says whether a word is another but for so many letters, 2 at
// most, that are missing, too many, different, or changed places.
func withinEdits(a []rune, word string, limit int) bool {
	if len(word) > utf8.UTFMax*(len(a)+limit) || len(a) > tokenBytesMax {
		return false
	}
	b := []rune(word)
	if len(b)-len(a) > limit || len(a)-len(b) > limit {
		return false
	}
	var rows [3][tokenBytesMax + 1]int // the last three rows of the usual table
	for j := range len(b) + 1 {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		row, above, twice := &rows[i%3], &rows[(i+2)%3], &rows[(i+1)%3]
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			wrong := 1
			if a[i-1] == b[j-1] {
				wrong = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+wrong)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], twice[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > limit {
			return false
		}
	}
	return rows[len(a)%3][len(b)] <= limit
}
