// Package report answers: what does a result look like to somebody who decides,
// and to somebody who doubts? It makes one file of HTML that needs nothing
// else: plots are SVG within it, made here, each with its figures as a table
// beside it; it is read in English and French, light and dark, on paper and on
// a telephone. It shows what a Result holds and decides nothing: whether
// figures may be used is said by result.Faults, whether one is better by
// result.Compare.
package report
