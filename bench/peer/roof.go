package peer

import (
	"context"
	"fmt"

	"github.com/valyala/fasthttp"
)

// roofDesk answers every request with the same bytes: what HTTP alone costs
// here, with the same library, machine and clients.
type roofDesk struct {
	server *listener
	bodies [][]byte
}

// newRoof serves a page as it is; bodies are the questions it is sent.
func newRoof(page []byte, bodies [][]byte) (*roofDesk, error) {
	server := &fasthttp.Server{NoDefaultContentType: true, CloseOnShutdown: true, WriteBufferSize: 16 << 10, Handler: func(ctx *fasthttp.RequestCtx) {
		ctx.SetContentType("application/json")
		ctx.Response.SetBodyRaw(page)
	}}
	l, err := serveOn(server.Serve, server.Shutdown)
	if err != nil {
		return nil, err
	}
	return &roofDesk{l, bodies}, nil
}

func (d *roofDesk) name() string    { return Roof }
func (d *roofDesk) works() []string { return []string{workRecommend} }

func (d *roofDesk) open(context.Context) (counter, error) {
	return &roofCounter{d, newCaller(d.server.addr)}, nil
}

type roofCounter struct {
	*roofDesk
	*caller
}

func (c *roofCounter) ask(i int) error {
	if status, _, err := c.post("/v1/recommendations", c.bodies[i]); err != nil || status != fasthttp.StatusOK {
		return fmt.Errorf("recommend: %d, %w", status, err)
	}
	return nil
}

// pick, hold and taken are not for a static answer.
func (c *roofCounter) pick(int) ([]int, error)        { return nil, nil }
func (c *roofCounter) hold(int, string) (bool, error) { return false, nil }
func (c *roofCounter) taken(int) (int, error)         { return 0, nil }
