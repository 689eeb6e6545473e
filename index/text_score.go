package index

import "math"

// How well a word matches is decided twice. What depends on the document alone
// (in which fields the word is, how often, how long they are) is one number
// from 1 to 255, its impact, computed when the document is indexed: a posting
// then is an ordinal and a byte. What depends on the question (which form of
// the word it was, how rare the word is) comes when it is asked.
//
// Lengths are measured against constants and not against the mean of what
// happens to be indexed: so the impact of a word never changes because of
// another mission, is the same on every node and after every rebuild, and
// means the same from one request to the next.

// textField is what a field's matches are worth.
type textField struct {
	weight float64 // of one occurrence in a field of usual length
	usual  float64 // length in words at which an occurrence counts its weight
	length float64 // share of the length that counts: 0 none, 1 all
}

// scoredField gives the field's constants. A word in the title says what a
// mission is; the organisation's name, what it is about and where it is say
// less, and in that order; a description mentions many things in passing.
func scoredField(f int) textField {
	return [TextFields]textField{
		TextTitle:        {1, 6, 0.5},     // half: a long title is not much vaguer
		TextOrganization: {0.6, 4, 0.3},   // who names an association wants it, unless the title says it
		TextLabels:       {0.45, 8, 0.3},  // chosen from a list, so certain but broad
		TextPlace:        {0.35, 6, 0},    // many addresses make a place no less a place
		TextDescription:  {0.25, 80, 0.5}, // the more is said, the less each word is the point
	}[f]
}

// Saturation: a word's second occurrence in a field adds little, and so does a
// second field.
const (
	termSaturation  = 0.5
	fieldSaturation = 1.0
)

// termCeiling is what a field full of a word comes to: every occurrence has been
// counted, and one more would not matter.
const termCeiling = 1 + termSaturation

// impactMax is the impact of a document that is the word and nothing else.
const impactMax = math.MaxUint8

// termCount is how often a word is in each field; counts beyond the type are
// cut off, where nothing is left to tell.
type termCount [TextFields]uint8

// weigher weighs the words of one document.
type weigher struct {
	share  [TextFields]float64 // what one occurrence in a field of this length counts
	weight [TextFields]float64 // of the field
	scale  float64             // makes the most that a word can come to impactMax
}

// weigh prepares for a document whose fields have these lengths in words.
func weigh(lengths *[TextFields]int) (w weigher) {
	most := 0.0
	for f := range TextFields {
		k := scoredField(f)
		w.share[f] = 1 / (1 - k.length + k.length*float64(lengths[f])/k.usual)
		w.weight[f] = k.weight * termCeiling
		most += w.weight[f]
	}
	w.scale = impactMax * (most + fieldSaturation) / most
	return w
}

// impact gives what a word is worth that is so often in each field. It is 0
// only for a word that is nowhere.
func (w *weigher) impact(count *termCount) uint8 {
	sum := 0.0
	for f, n := range count {
		if n > 0 {
			tf := float64(n) * w.share[f]
			sum += w.weight[f] * tf / (tf + termSaturation)
		}
	}
	return uint8(min(math.Ceil(w.scale*sum/(sum+fieldSaturation)), impactMax))
}

// What a match is worth by the form of the word that matched: as it was typed,
// before inflected, before meant, before misspelt, before begun.
const (
	exactWorth   = 1.0
	stemWorth    = 0.9  // "missions" for "mission": hardly ever another thing
	synonymWorth = 0.7  // our word for it and not theirs
	typoWorth    = 0.5  // one letter off
	typo2Worth   = 0.42 // two letters off
	prefixWorth  = 0.35 // may become anything
)

// rarity gives the weight of a clause that matches n of all live documents: a
// word that few missions have tells more. It is above 0 for a word that all
// have, so that every clause counts.
func rarity(n, all int) float64 {
	return math.Log(1 + (float64(all)+1)/(float64(n)+0.5))
}
