    // how many of eight bits are set: sums and carries of three, of which look-up tables of four inputs make the rest
    function [3:0] ones(input [7:0] of);
        reg [2:0] sums, carries;
        reg [3:0] twos;
        begin
            sums = {of[7] ^ of[6], of[5] ^ of[4] ^ of[3], of[2] ^ of[1] ^ of[0]};
            carries = {
                of[7] & of[6], of[5] & of[4] | of[5] & of[3] | of[4] & of[3], of[2] & of[1] | of[2] & of[0] | of[1] & of[0]
            };
            twos = {carries, sums[2] & sums[1] | sums[2] & sums[0] | sums[1] & sums[0]};
            ones[0] = ^sums;
            ones[1] = ^twos;
            ones[3] = &twos;
            ones[2] = ~ones[3] & (twos[3] & twos[2] | twos[1] & twos[0] | (twos[3] | twos[2]) & (twos[1] | twos[0]));
        end
    endfunction
