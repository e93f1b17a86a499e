package sidfile

import "os"

// SwapFile lets a test put a failing file under a Writer.
func SwapFile(w *Writer, file *os.File) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.file = file
}
