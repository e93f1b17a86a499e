package calls

// Place is for tests that place calls and no more.
var Place = place
