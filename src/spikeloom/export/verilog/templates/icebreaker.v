// iCEBreaker: its 12 MHz clock, the USB serial line at 1,000,000 baud, the green light while an answer is sent.
`default_nettype none

module icebreaker (input wire CLK, input wire RX, output wire TX, output wire LEDG_N);
    wire busy;
    assign LEDG_N = ~busy;
    serial #(.CLOCKS_PER_BIT(12)) serial (.clk(CLK), .rx(RX), .tx(TX), .busy(busy));
endmodule

`default_nettype wire
