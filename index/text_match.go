package index

// TextMatch is which missions match words, and how well. It is immutable and
// may be shared by many requests.
type TextMatch struct {
	Ordinals   []uint32  // ascending, no repeats
	Scores     []float32 // Scores[i] of Ordinals[i], in (0, 1]
	GivenUp    []string  // words as typed that had to be given up; nil if all match
	DidYouMean string    // the words spelled as missions spell them; "" if they are
	Seq        uint64    // text watermark
}
