package index

import (
	"strings"
	"unicode/utf8"
)

// piece is what stands between two spaces; what is marked as one stays one.
type piece struct {
	start, end int
	letters    int
	clauses    uint32 // bit i: a mark of clause i begins in it (ClausesMax are few)
}

// window gives the part of a text with single spaces that a snippet shows.
func window(text string, marks []mark, letters int) (start, end int) {
	pieces := piecesOf(text, marks)
	if len(pieces) == 0 {
		return 0, 0
	}
	from, to := richest(pieces, letters)
	room := letters
	for _, p := range pieces[from:to] {
		room -= p.letters + 1
	}
	for moved := true; moved; { // what is left goes to both sides in turn
		moved = false
		if to < len(pieces) && room >= pieces[to].letters {
			room -= pieces[to].letters + 1
			to, moved = to+1, true
		}
		if from > 0 && room >= pieces[from-1].letters {
			from, moved = from-1, true
			room -= pieces[from].letters + 1
		}
	}
	start, end = pieces[from].start, pieces[to-1].end
	if to == from+1 && pieces[from].letters > letters { // no word is that long
		end = start + len(firstLetters(text[start:end], letters))
	}
	return start, end
}

// piecesOf cuts a text at its spaces, but for those inside a mark.
func piecesOf(text string, marks []mark) (pieces []piece) {
	whole := merged(marks)
	for at := 0; at < len(text); {
		for len(whole) > 0 && whole[0].end <= at {
			whole = whole[1:]
		}
		end := wordBound(text, at)
		for len(whole) > 0 && whole[0].start < end {
			end = max(end, wordBound(text, whole[0].end))
			whole = whole[1:]
		}
		pieces = append(pieces, piece{start: at, end: end, letters: utf8.RuneCountInString(text[at:end])})
		at = end + 1
	}
	for clause := range ClausesMax {
		i := 0
		for _, m := range marks { // those of one clause and form are in order
			if m.clause != clause {
				continue
			}
			if i > 0 && pieces[i].start > m.start {
				i = 0 // the next form
			}
			for pieces[i].end <= m.start {
				i++
			}
			pieces[i].clauses |= 1 << clause
		}
	}
	return pieces
}

// wordBound gives the next space, or the end.
func wordBound(text string, at int) int {
	if n := strings.IndexByte(text[at:], ' '); n >= 0 {
		return at + n
	}
	return len(text)
}

// richest gives the shortest run of pieces with the most clauses in it among
// those that are short enough, the first of them; the first piece if there is
// no mark.
func richest(pieces []piece, letters int) (from, to int) {
	var has [ClausesMax]int // marks of each clause in the run
	a, length, distinct, most, best := 0, -1, 0, 0, 0
	from, to = 0, 1
	for b := range pieces {
		length += pieces[b].letters + 1
		distinct += count(&has, pieces[b].clauses, 1)
		for a < b && (length > letters || pieces[a].clauses == 0) {
			length -= pieces[a].letters + 1
			distinct -= count(&has, pieces[a].clauses, -1)
			a++
		}
		marked := 0
		for _, n := range has {
			marked += n
		}
		if distinct > most || distinct == most && marked > best {
			from, to, most, best = a, b+1, distinct, marked
		}
	}
	return from, to
}

// count adds to the clauses of a piece, and gives how many of them came to be
// there, or went.
func count(has *[ClausesMax]int, clauses uint32, by int) (changed int) {
	for i := range has {
		if clauses&(1<<i) == 0 {
			continue
		}
		before := has[i]
		has[i] += by
		if before == 0 || has[i] == 0 {
			changed++
		}
	}
	return changed
}
