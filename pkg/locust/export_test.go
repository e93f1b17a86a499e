package locust

// Kill ends w without a word to the master, as kill -9 does.
func Kill(w *Worker) {
	w.do(func() {
		w.conn.conn.Close()
		w.over(ErrClosed)
	})
	<-w.done
	w.others.Wait()
}
