package machine

import "slices"

// halves gives the service the first half of the cores, one more where they
// are odd, and the generator the rest. Cores that are threads of one physical
// core stay together, unless there is only one.
func halves(physical [][]int) (generator, service []int) {
	if len(physical) == 1 {
		one := physical[0]
		physical = nil
		for _, c := range one {
			physical = append(physical, []int{c})
		}
	}
	middle := (len(physical) + 1) / 2
	service = slices.Concat(physical[:middle]...)
	generator = slices.Concat(physical[middle:]...)
	slices.Sort(service)
	slices.Sort(generator)
	return generator, service
}

// together groups cores by the siblings that each names; a core whose
// siblings nobody knows stands alone. The groups are in the order of their
// first cores.
func together(cores []int, siblings func(core int) []int) (physical [][]int) {
	seen := map[int]bool{}
	for _, c := range cores {
		if seen[c] {
			continue
		}
		one := []int{c}
		seen[c] = true
		for _, s := range siblings(c) {
			if !seen[s] && slices.Contains(cores, s) {
				seen[s] = true
				one = append(one, s)
			}
		}
		physical = append(physical, one)
	}
	return physical
}
