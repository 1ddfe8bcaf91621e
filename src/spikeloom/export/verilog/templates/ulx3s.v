// ULX3S: its 25 MHz clock, the USB serial line at 1,000,000 baud, a light while an answer is sent.
`default_nettype none

module ulx3s (input wire clk_25mhz, input wire ftdi_txd, output wire ftdi_rxd, output wire led_0);
    serial #(.CLOCKS_PER_BIT(25)) serial (.clk(clk_25mhz), .rx(ftdi_txd), .tx(ftdi_rxd), .busy(led_0));
endmodule

`default_nettype wire
