package webhook

// Verdict judges an answer without remembering any.
func (k Kind) Verdict(a Answer, tollFree bool) Verdict { return k.read(a, tollFree).Verdict }

// Verdict is that of a reading.
func (j *Judge) Verdict(a Answer, tollFree bool) Verdict { return j.find(&a, tollFree).Verdict }
