package machine

import (
	"errors"
	"io/fs"
	"path/filepath"
)

// Process is what one process uses and has used.
type Process struct {
	CPUSeconds float64 // user and system, since it began
	AnonBytes  int64   // memory that is in no file: heap and stacks, not the data file's pages
	Threads    int
	Files      int // open descriptors, sockets among them
}

// FolderBytes sums the sizes of the files in a folder and below it, as long as
// they are (a file with holes may take less). Files that vanish meanwhile count
// nothing.
func FolderBytes(dir string) (bytes int64, err error) {
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) && path != dir:
			return nil
		case err != nil:
			return err
		case !entry.Type().IsRegular():
			return nil
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			bytes += info.Size()
		}
		return err
	})
	return bytes, err
}
