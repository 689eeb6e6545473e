// Package gazetteer answers: which commune is that, and where?
package gazetteer
