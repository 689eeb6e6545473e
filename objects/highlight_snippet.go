package objects

import (
	"math/bits"
	"slices"
	"strings"
)

// snippet cuts so many words out of a value, around where most of the query
// is, and marks them. What is left out is told by the ellipsis. A value that
// has nothing of the query is cut at its beginning.
func (w *wordQuery) snippet(value string, in attributeRank, words int, pre, post, ellipsis string) (string, matchLevel) {
	k := w.markers.Get().(*marker)
	defer w.markers.Put(k)
	k.scan(w, value, &in)
	k.settle(w, value)
	first, found := k.window(len(w.words), max(words, 1))
	last := min(first+max(words, 1), len(k.tokens))
	from, to := 0, len(value)
	var b strings.Builder
	if first > 0 {
		from = k.tokens[first].from
		b.WriteString(ellipsis)
	}
	if last < len(k.tokens) {
		to = k.tokens[last-1].to
	}
	k.write(&b, value, from, to, pre, post)
	if last < len(k.tokens) {
		b.WriteString(ellipsis)
	}
	return b.String(), w.level(found)
}

// window finds the tokens to show: as many of the query's words as can be,
// then as many marks, then as much before the first as behind the last. It
// gives the first token and the words that are found from it on.
func (k *marker) window(queryWords, size int) (first int, words uint64) {
	count := make([]int, queryWords) // tokens in the window by word of the query
	step := func(token, by int) (marks int) {
		for word := range count {
			if k.words[token]>>word&1 == 1 {
				count[word] += by
			}
		}
		if k.words[token] != 0 {
			return by
		}
		return 0
	}
	next, previous := k.marked()
	best, marks := [3]int{-1}, 0
	for end := range k.tokens {
		marks += step(end, 1)
		start := end - size + 1
		if start > 0 {
			marks += step(start-1, -1)
		}
		if start < 0 && end < len(k.tokens)-1 {
			continue // not a whole window yet
		}
		start = max(start, 0)
		has := uint64(0)
		for word, n := range count {
			if n > 0 {
				has |= 1 << word
			}
		}
		uneven := 0
		if has != 0 {
			uneven = max(next[start]-start-(end-previous[end]), (end-previous[end])-(next[start]-start))
		}
		if score := [3]int{bits.OnesCount64(has), marks, -uneven}; slices.Compare(best[:], score[:]) < 0 {
			best, first, words = score, start, has
		}
	}
	return first, words
}

// marked gives for each token the next and the previous one that is marked,
// itself among them.
func (k *marker) marked() (next, previous []int) {
	next, previous = make([]int, len(k.tokens)), make([]int, len(k.tokens))
	last := -1
	for i := range k.tokens {
		if k.words[i] != 0 {
			last = i
		}
		previous[i] = last
	}
	last = len(k.tokens)
	for i := len(k.tokens) - 1; i >= 0; i-- {
		if k.words[i] != 0 {
			last = i
		}
		next[i] = last
	}
	return next, previous
}
